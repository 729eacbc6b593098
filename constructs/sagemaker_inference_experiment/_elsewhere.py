"""What has to be where the experiment is, as far as that is known."""

from aws_cdk import Stack, aws_iam
from constructs import IConstruct

from inference_experiment_handler.spec.reader import shown
from sagemaker_inference_experiment._tokens import is_unresolved


def elsewhere_faults(experiment: IConstruct, provider: IConstruct | None, role: aws_iam.IRole | None) -> list[str]:
    """Why a function or a role of another place can't serve the experiment."""
    here = Stack.of(experiment)
    there = Stack.of(provider) if provider is not None else here
    # CloudFormation calls functions of its own region alone, and IAM lets roles of the own account alone be passed.
    return [
        f"{what} is {shown(given)}, must be the experiment's own, {shown(own)}"
        for what, given, own in (
            ("the provider's region", there.region, here.region),
            ("the provider's account", there.account, here.account),
            ("the role's account", role.principal_account if role is not None else None, here.account),
        )
        if given is not None and given != own and not is_unresolved(given) and not is_unresolved(own)
    ]
