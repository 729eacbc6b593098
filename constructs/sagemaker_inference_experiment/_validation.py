"""The checks at synth: the handler's own checks of the properties, and those that need the app."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_cdk import Stack
from constructs import IConstruct

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._app import app_faults
from sagemaker_inference_experiment._argument_types import Readable
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._environment import environment_faults
from sagemaker_inference_experiment._parameters import in_parameters
from sagemaker_inference_experiment._places import place_faults
from sagemaker_inference_experiment._property_faults import property_faults
from sagemaker_inference_experiment._reflection import found_behind, is_in_tree
from sagemaker_inference_experiment._tags import tag_list
from sagemaker_inference_experiment._tokens import is_not_known_yet


class InvalidExperimentError(ValueError):
    """The declaration of an experiment is invalid. The message lists all faults, with the values that are allowed."""


def check(experiment: IConstruct, stack: Stack, given: Readable, properties: Mapping[str, Any]) -> bool:
    """Raises an ``InvalidExperimentError`` with all known faults. Tokens pass, and what stands in for a wrong value.

    Returns whether the test is declared as ended.
    """
    declaration, provider = given.declaration, given.declaration.provider
    faults = property_faults({**properties, "Tags": tag_list(declaration.tags or {})})
    legible = not any(fault.path.startswith("Schedule") for fault in faults)
    over = declaration.is_over(datetime.now(UTC)) if legible else declaration.conclusion is not None
    others = [
        *in_parameters(faults, declaration),
        *declaration._faults(),
        *environment_faults(stack, provider._stack if provider is not None else stack, declaration.role),
        *place_faults(stack, declaration),
        # A test that is over has fewer faults.
        *app_faults(stack, declaration, found_behind, over=over or given.may_be_over),
    ]
    refuse(experiment, [*given.faults, *(each for each in others if not given.is_of_a_stand_in(each))])
    # Only a valid experiment uses its name.
    refuse(experiment, _name_faults(experiment, stack, properties.get("Name")))
    return over


def refuse(experiment: IConstruct, faults: list[str]) -> None:
    """Raises an ``InvalidExperimentError`` if there are faults."""
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise InvalidExperimentError(f"{experiment.node.path}: the experiment can't be run as declared{listed}")


def _name_faults(experiment: IConstruct, stack: Stack, name: str | None) -> list[str]:
    """A fault if another experiment of the stack has this name. SageMaker ignores the case of names."""
    if name is None or is_not_known_yet(name):
        return []
    names = _given_names(stack)
    first = names.get(name.lower())
    if first is None or not is_in_tree(first):
        names[name.lower()] = experiment
        return []
    return [
        f"experiment_name is {shown(name)}, which is the name of {first.node.path} (SageMaker ignores the case of "
        "names), must be another"
    ]


@ask_once
def _given_names(_stack: Stack) -> dict[str, IConstruct]:
    """The names of a stack's experiments in lower case, each with the experiment."""
    return {}
