"""The attributes of the values that users give, and the CloudFormation resources that they refer to."""

from typing import Protocol, TypeVar

from aws_cdk import CfnResource, Reference, Stack, Tokenization, aws_sagemaker
from constructs import Construct, IConstruct

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._tokens import is_unresolved

T = TypeVar("T", bound=CfnResource)

NAMES: dict[type[CfnResource], str] = {
    aws_sagemaker.CfnEndpoint: "endpoint_name",
    aws_sagemaker.CfnEndpointConfig: "endpoint_config_name",
    aws_sagemaker.CfnModel: "model_name",
}
"""The property of each type that contains its name."""

ATTRIBUTES: dict[type[CfnResource], str] = {
    aws_sagemaker.CfnEndpoint: "EndpointName",
    aws_sagemaker.CfnModel: "ModelName",
}
"""The attribute that returns the name of what an experiment refers to. ``Ref`` returns its ARN."""


class Find(Protocol):
    """Finds the resource of the app that a construct, a reference or a name in a stack refers to."""

    def __call__(self, given: object, kind: type[T], stack: Stack, /) -> T | None: ...


def has(value: object, attribute: str) -> bool:
    """Whether a value has an attribute. Unlike ``hasattr``, it does not ask CDK for the value of a property."""
    # An object that CDK returns as an interface is a proxy, with a delegate for each interface.
    parts = getattr(value, "__dict__", {}).get("_delegates", [value])
    return any(hasattr(type(part), attribute) for part in parts) or hasattr(value, attribute)


@ask_once
def address_of(construct: IConstruct) -> str:
    """The construct's address, which is unique in the app."""
    return construct.node.addr


def is_in_tree(construct: IConstruct) -> bool:
    """Whether a construct is still in its app: ``node.try_remove_child`` takes constructs out of it."""
    scope = construct.node.scope
    return scope is None or (scope.node.try_find_child(construct.node.id) is construct and is_in_tree(scope))


def resource_behind(given: object, kind: type[T]) -> T | None:
    """The CloudFormation resource that is given, that a given construct contains, or that a given name refers to."""
    if isinstance(given, kind):
        return given
    if isinstance(given, Construct):
        inside = [construct for construct in given.node.find_all() if isinstance(construct, kind)]
        if len(inside) == 1:
            return inside[0]
    name = name_of(given, kind)
    target = referred(name) if name is not None else None
    return target if isinstance(target, kind) else None


def name_of(given: object, kind: type[CfnResource]) -> str | None:
    """The name that is given, or that a given construct has; ``None`` for a construct that has none."""
    if isinstance(given, str):
        return given
    name = getattr(given, NAMES[kind]) if has(given, NAMES[kind]) else None
    return name if isinstance(name, str) else None


def referred(name: str) -> IConstruct | None:
    """The construct that a name is an attribute of; ``None`` for a literal name, or a name of several parts."""
    if not is_unresolved(name):
        return None
    fragments = Tokenization.reverse_string(name)
    token = fragments.first_token
    return token.target if fragments.length == 1 and isinstance(token, Reference) else None


def found_behind(given: object, kind: type[T], _stack: Stack) -> T | None:
    """Finds resources while the app is still being created, except those that are given by a literal name."""
    return resource_behind(given, kind)
