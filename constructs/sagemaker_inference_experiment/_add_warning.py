"""Warnings at synth that users can acknowledge."""

from aws_cdk import Annotations
from constructs import IConstruct

_PREFIX = "sagemaker-inference-experiment"


def add_warning(construct: IConstruct, id: str, message: str) -> None:
    """Adds a warning that ``acknowledge_warning`` accepts on the construct, which must have a child ``Resource``."""
    # On a child of the construct: CDK before 2.272 ignores an earlier acknowledgement on the construct itself.
    Annotations.of(construct.node.find_child("Resource")).add_warning_v2(f"{_PREFIX}:{id}", message)
