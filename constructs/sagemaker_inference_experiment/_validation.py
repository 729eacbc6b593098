"""Checks at synth: the handler's own, run early on what can be known, with CDK's tokens passing."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Stack, TagManager
from constructs import IConstruct, IValidation

from inference_experiment_handler.spec.parser import faults_in
from inference_experiment_handler.spec.reader import shown
from sagemaker_inference_experiment._tokens import is_unresolved


class InvalidExperimentError(ValueError):
    """An experiment is declared as SageMaker could not run it. The message names every fault, with what is allowed."""


def check(scope: IConstruct, properties: Mapping[str, Any], *more: str) -> None:
    """Raises one ``InvalidExperimentError`` with all that can be known to be wrong, and ``more``."""
    refuse(scope, *faults_in(properties, opaque=is_unresolved), *more)


def refuse(scope: IConstruct, *faults: str) -> None:
    """Raises one ``InvalidExperimentError`` with all faults, if there are any."""
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise InvalidExperimentError(f"{scope.node.path}: the experiment can't be run as declared{listed}")


def name_faults(experiment: IConstruct, name: str | None) -> list[str]:
    """Whether another experiment of the stack has been given the name: SageMaker tells no names apart by case."""
    if name is None or is_unresolved(name):
        return []
    first = _GIVEN_NAMES.setdefault(Stack.of(experiment), {}).setdefault(name.lower(), experiment.node.path)
    if first == experiment.node.path:
        return []
    return [f"Name is {shown(name)}, that of {first} (SageMaker tells no names apart by case), must be another"]


_GIVEN_NAMES: WeakKeyDictionary[Stack, dict[str, str]] = WeakKeyDictionary()


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API has them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


@jsii.implements(IValidation)
class TagsValidation:
    """Checks the tags again at the end of synth: ``Tags.of(scope)`` adds some until then."""

    def __init__(self, properties: Mapping[str, Any], manager: TagManager) -> None:
        self._properties = properties
        self._manager = manager

    def validate(self) -> list[str]:
        tagged = {**self._properties, "Tags": tag_list(self._manager.tag_values())}
        return list(faults_in(tagged, opaque=is_unresolved))
