"""The stack, the account and the region of an experiment. Its provider and its role must match them."""

from typing import NamedTuple

from aws_cdk import Stack, aws_iam
from constructs import IConstruct

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._role import role_account
from sagemaker_inference_experiment._tokens import is_not_known_yet, is_unresolved


class Place(NamedTuple):
    """An account and a region, each of which may be a token."""

    account: str
    region: str


def stack_of(construct: IConstruct, scope: IConstruct) -> Stack:
    """The stack of a construct that was created in the scope."""
    return scope if isinstance(scope, Stack) else Stack.of(construct)


@ask_once
def environment_of(stack: Stack) -> Place:
    """The account and the region of a stack."""
    return Place(account=stack.account, region=stack.region)


def environment_faults(stack: Stack, provider_stack: Stack, role: aws_iam.IRole | None) -> list[str]:
    """The reasons why an experiment can't use the provider or the role, as far as accounts and regions are known."""
    here, there = environment_of(stack), environment_of(provider_stack)
    # CloudFormation only calls functions of its own region, and IAM only passes roles of its own account.
    return [
        f"{what} is {shown(given)}, must be that of the experiment, {shown(own)}"
        for what, given, own in (
            ("the provider's region", there.region, here.region),
            ("the provider's account", there.account, here.account),
            ("the role's account", role_account(role) if role is not None else None, here.account),
        )
        if given is not None and given != own and not is_not_known_yet(given) and not is_unresolved(own)
    ]


def deployed_together(one: IConstruct, other: IConstruct) -> bool:
    """Whether both are in one stack, or in stacks that are nested in one.

    A reference between other stacks is an export. CloudFormation does not change an export while a stack imports it.
    """
    return _outermost(Stack.of(one)).node.path == _outermost(Stack.of(other)).node.path


def _outermost(stack: Stack) -> Stack:
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    return stack
