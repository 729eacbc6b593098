"""The account and region of an experiment: its provider and its role have to match them."""

from aws_cdk import Stack, aws_iam
from constructs import IConstruct

from inference_experiment_handler.spec.reader import shown
from sagemaker_inference_experiment._tokens import is_unresolved


def environment_faults(experiment: IConstruct, provider: IConstruct | None, role: aws_iam.IRole | None) -> list[str]:
    """Why the experiment can't use this provider or this role, as far as accounts and regions are known."""
    here = Stack.of(experiment)
    there = Stack.of(provider) if provider is not None else here
    # CloudFormation only calls functions of its own region, and IAM only passes roles of its own account.
    return [
        f"{what} is {shown(given)}, must be the experiment's own, {shown(own)}"
        for what, given, own in (
            ("the provider's region", there.region, here.region),
            ("the provider's account", there.account, here.account),
            ("the role's account", role.principal_account if role is not None else None, here.account),
        )
        if given is not None and given != own and not is_unresolved(given) and not is_unresolved(own)
    ]
