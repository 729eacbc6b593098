"""Checks at synth: the handler's own, run early on what can be known, with CDK's tokens passing."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Token
from constructs import IConstruct

from inference_experiment_handler.properties import faults_in


class InvalidExperimentError(ValueError):
    """An experiment is declared as SageMaker could not run it. The message names every fault, with what is allowed."""


def check(scope: IConstruct, properties: Mapping[str, Any]) -> None:
    """Raises one ``InvalidExperimentError`` with all that can be known to be wrong."""
    # A user's tags come through the tag manager, which is read at the end of synth; the handler checks them.
    faults = faults_in(properties, opaque=Token.is_unresolved)
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise InvalidExperimentError(f"{scope.node.path}: the experiment can't be run as declared{listed}")
