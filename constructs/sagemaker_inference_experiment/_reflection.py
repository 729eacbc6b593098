"""What of the app is behind what was given: the CloudFormation resources, as far as they are in it."""

from typing import TypeVar

from aws_cdk import CfnResource, Reference, Tokenization
from constructs import Construct, IConstruct

from sagemaker_inference_experiment._tokens import is_unresolved

T = TypeVar("T", bound=CfnResource)


def resource_behind(given: object, kind: type[T]) -> T | None:
    """The resource that was given, that a construct was made around, or whose attribute a name is."""
    if isinstance(given, str):
        given = _referred(given)
    if not isinstance(given, Construct):
        return None
    return next((construct for construct in given.node.find_all() if isinstance(construct, kind)), None)


def _referred(name: str) -> IConstruct | None:
    """None for a literal name, or one that is made up of several parts."""
    if not is_unresolved(name):
        return None
    fragments = Tokenization.reverse_string(name)
    token = fragments.first_token
    return token.target if fragments.length == 1 and isinstance(token, Reference) else None
