"""What of the app is behind what was given: the CloudFormation resources, as far as they are in it."""

from typing import TypeVar

from aws_cdk import CfnResource, Reference, Token, Tokenization
from constructs import Construct

T = TypeVar("T", bound=CfnResource)


def resource_behind(given: object, kind: type[T]) -> T | None:
    """The resource that was given, or that a construct was made around."""
    if not isinstance(given, Construct):
        return None
    return next((construct for construct in given.node.find_all() if isinstance(construct, kind)), None)


def resource_named(name: object, kind: type[T]) -> T | None:
    """The resource whose attribute this name is; None for a literal name, or one that is made up of several parts."""
    if not isinstance(name, str) or not Token.is_unresolved(name):
        return None
    fragments = Tokenization.reverse_string(name)
    token = fragments.first_token
    if fragments.length != 1 or token is None or not isinstance(token, Reference):
        return None
    return resource_behind(token.target, kind)
