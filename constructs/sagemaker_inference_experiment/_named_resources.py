"""The endpoints, endpoint configurations and models of the app, by the names that the app gives them."""

from collections.abc import Hashable
from functools import cached_property
from typing import Any, TypeVar

from aws_cdk import CfnResource, Stack, Stage
from constructs import IConstruct

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._environment import environment_of
from sagemaker_inference_experiment._name_parts import Attribute, Parts, parts_of
from sagemaker_inference_experiment._reflection import ATTRIBUTES, NAMES, address_of, name_of, resource_behind
from sagemaker_inference_experiment._tokens import has_placeholder

T = TypeVar("T", bound=CfnResource)


class NamedResources:
    """The named resources of an app or a stage, which is searched once, when it is complete."""

    def __init__(self, root: IConstruct) -> None:
        self.constructs: list[IConstruct] = root.node.find_all()
        # By identity: a construct that was removed may have been replaced by another with the same path.
        self._ids = {id(construct) for construct in self.constructs}
        self._by_name: dict[tuple[Any, ...], list[CfnResource]] = {}
        for construct in self.constructs:
            kind = next((kind for kind in NAMES if isinstance(construct, kind)), None)
            # A stage within the app is deployed by itself.
            if kind is not None and isinstance(construct, CfnResource) and _stage_of(construct) == address_of(root):
                self._add(kind, construct)

    def has(self, construct: IConstruct) -> bool:
        """Whether a construct is still in the tree: ``node.try_remove_child`` takes constructs out of it."""
        return id(construct) in self._ids

    def find(self, given: object, kind: type[T], stack: Stack, /) -> T | None:
        """The resource that a value in a stack refers to; see ``Find``."""
        known = resource_behind(given, kind)
        name = name_of(given, kind) if known is None else None
        if name is None:
            return known
        parts = parts_of(stack, name)
        named = self._by_name.get(_key(kind, stack, parts), [])
        own = [resource for resource in named if _is_of(resource, stack)]
        match own or named:
            case [found] if isinstance(found, kind) and found.cfn_options.condition is None:
                return found
            case []:
                referred = self._by_attribute(kind, stack, parts)
                return referred if isinstance(referred, kind) else None
        # Several resources with one name are for several accounts, or have conditions. Any of them may be the one.
        return None

    def with_name(self, given: object, kind: type[CfnResource], stack: Stack) -> list[CfnResource]:
        """The resources of the stack with the given name. Empty for a reference, which is already a dependency."""
        name = name_of(given, kind) if resource_behind(given, kind) is None else None
        if name is None:
            return []
        return [each for each in self._by_name.get(_key(kind, stack, parts_of(stack, name)), []) if _is_of(each, stack)]

    def not_by_name(self, given: object, kind: type[CfnResource], stack: Stack) -> CfnResource | None:
        """The resource of the stack, if the value refers to it in an expression, but not to its name."""
        name = name_of(given, kind) if resource_behind(given, kind) is None else None
        if name is None:
            return None
        parts = parts_of(stack, name)
        referred = self._by_attribute(kind, stack, parts)
        own = referred is not None and parts == (Attribute(_logical_id(referred), ATTRIBUTES[kind]),)
        return None if own else referred

    def with_logical_id(self, logical_id: str, stack: Stack) -> CfnResource | None:
        """The resource of the stack with this logical id."""
        return self._by_logical_id.get((address_of(stack), logical_id))

    @cached_property
    def _by_logical_id(self) -> dict[tuple[str, str], CfnResource]:
        resources = [each for each in self.constructs if isinstance(each, CfnResource)]
        return {(address_of(each.stack), _logical_id(each)): each for each in resources}

    def identity(self, given: object, name: str, kind: type[T], stack: Stack) -> Hashable:
        """Equal for two experiments that use the same resource: its address in the app, or otherwise its name."""
        resource = self.find(given, kind, stack)
        return address_of(resource) if resource is not None else _key(kind, stack, parts_of(stack, name))

    def _add(self, kind: type[CfnResource], resource: CfnResource) -> None:
        name = getattr(resource, NAMES[kind])
        if name is not None:
            stack = Stack.of(resource)
            self._by_name.setdefault(_key(kind, stack, parts_of(stack, name)), []).append(resource)

    def _by_attribute(self, kind: type[CfnResource], stack: Stack, parts: Parts) -> CfnResource | None:
        match parts:
            case (Attribute(logical_id),):
                resource = self.with_logical_id(logical_id, stack)
                return resource if isinstance(resource, kind) else None
        return None


def _logical_id(resource: CfnResource) -> str:
    return str(resource.stack.resolve(resource.logical_id))


def _is_of(resource: CfnResource, stack: Stack) -> bool:
    return address_of(Stack.of(resource)) == address_of(stack)


def _key(kind: type[CfnResource], stack: Stack, parts: Parts) -> tuple[Any, ...]:
    """A key that is unique for a literal name within an account and region, and for any other within its stack."""
    match parts:
        case (str(literal),) if not has_placeholder(literal):
            return kind, environment_of(stack), literal.casefold()
    return kind, address_of(stack), parts


@ask_once
def _stage_of(construct: IConstruct) -> str:
    return address_of(Stage.of(construct) or construct.node.root)
