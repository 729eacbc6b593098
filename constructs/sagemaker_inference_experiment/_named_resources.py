"""Endpoints, their configurations and models of the app, by the names that the app gives them."""

from collections.abc import Hashable
from typing import Any, TypeVar

from aws_cdk import CfnResource, Stack, Stage, aws_sagemaker
from constructs import IConstruct

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._environment import environment_of
from sagemaker_inference_experiment._name_parts import Attribute, Parts, parts_of
from sagemaker_inference_experiment._reflection import address_of, resource_behind

T = TypeVar("T", bound=CfnResource)
_NAMES: dict[type[CfnResource], str] = {
    aws_sagemaker.CfnEndpoint: "endpoint_name",
    aws_sagemaker.CfnEndpointConfig: "endpoint_config_name",
    aws_sagemaker.CfnModel: "model_name",
}
"""The property that each is named by."""


class NamedResources:
    """Those of an app or a stage. It is searched once, when it is whole."""

    def __init__(self, root: IConstruct) -> None:
        self._by_name: dict[tuple[Any, ...], CfnResource] = {}
        self._by_kind: dict[type[CfnResource], list[CfnResource]] = {kind: [] for kind in _NAMES}
        for construct in root.node.find_all():
            kind = next((kind for kind in _NAMES if isinstance(construct, kind)), None)
            # A stage within the app is deployed by itself.
            if kind is not None and isinstance(construct, CfnResource) and _stage_of(construct) == address_of(root):
                self._add(kind, construct)

    def find(self, given: object, kind: type[T], stack: Stack, /) -> T | None:
        """The resource that is meant by what is given in a stack; see ``Find``."""
        known = resource_behind(given, kind)
        if known is not None or not isinstance(given, str):
            return known
        parts = parts_of(stack, given)
        found = self._by_name.get(_key(kind, stack, parts)) or self._by_attribute(kind, stack, parts)
        return found if isinstance(found, kind) else None

    def identity(self, given: object, name: str, kind: type[T], stack: Stack) -> Hashable:
        """What two experiments have in common that mean the same one: its resource in the app, or else its name."""
        resource = self.find(given, kind, stack)
        return address_of(resource) if resource is not None else _key(kind, stack, parts_of(stack, name))

    def _add(self, kind: type[CfnResource], resource: CfnResource) -> None:
        self._by_kind[kind].append(resource)
        name = getattr(resource, _NAMES[kind])
        if name is not None:
            stack = Stack.of(resource)
            self._by_name.setdefault(_key(kind, stack, parts_of(stack, name)), resource)

    def _by_attribute(self, kind: type[CfnResource], stack: Stack, parts: Parts) -> CfnResource | None:
        match parts:
            case (Attribute(logical_id),):
                for resource in self._by_kind[kind]:
                    same_stack = address_of(Stack.of(resource)) == address_of(stack)
                    if same_stack and stack.resolve(resource.logical_id) == logical_id:
                        return resource
        return None


def _key(kind: type[CfnResource], stack: Stack, parts: Parts) -> tuple[Any, ...]:
    """What tells names apart: a literal one within an account and region, any other within its stack."""
    match parts:
        case (str(literal),):
            return kind, environment_of(stack), literal.casefold()
    return kind, address_of(stack), parts


@ask_once
def _stage_of(construct: IConstruct) -> str:
    return address_of(Stage.of(construct) or construct.node.root)
