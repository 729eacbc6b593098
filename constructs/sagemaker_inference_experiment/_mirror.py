"""Compares the production variant with the endpoint configuration in the app."""

from typing import NamedTuple

from aws_cdk import Stack, aws_sagemaker

from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._references import AnyModel, model_name
from sagemaker_inference_experiment._reflection import Find, address_of
from sagemaker_inference_experiment._tokens import is_not_known_yet
from sagemaker_inference_experiment._variants import ModelVariant

Configured = aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty


class Difference(NamedTuple):
    """A parameter of the production variant, its declared value, and its value in the endpoint configuration."""

    parameter: str
    declared: str
    configured: str
    config: str

    @property
    def fault(self) -> str:
        return (
            f"{self.parameter} is {self.declared}, must be {self.configured} as in endpoint configuration "
            f"{self.config}, unless the test has a conclusion"
        )

    @property
    def in_words(self) -> str:
        return f"{self.parameter} is {self.declared}, and {self.configured} in endpoint configuration {self.config}"


def differences(
    declared: ModelVariant, stack: Stack, config: aws_sagemaker.CfnEndpointConfig, served: Configured, find: Find
) -> list[Difference]:
    """The known differences. Instance counts may differ: a test starts with as many instances as the endpoint has."""
    found = [
        (parameter, shown(given), shown(there))
        for parameter, given, there in (
            ("variant_name", declared.variant_name, served.variant_name),
            ("instance_type", declared.instance_type, served.instance_type),
        )
        if there is not None and not is_not_known_yet(given) and not is_not_known_yet(there) and given != there
    ]
    if served.model_name is not None:
        given, there = _Model(declared.model, stack, find), _Model(served.model_name, Stack.of(config), find)
        if given.differs_from(there):
            found.append(("model", str(given), str(there)))
    return [
        Difference(f"production_variant.{parameter}", given, there, config.node.path)
        for parameter, given, there in found
    ]


class _Model:
    """What the app knows of a model: its resource, its name, both or neither."""

    def __init__(self, given: AnyModel, stack: Stack, find: Find) -> None:
        self._resource = find(given, aws_sagemaker.CfnModel, stack)
        named = self._resource.model_name if self._resource is not None else model_name(given, stack)
        self._name = named if named is not None and not is_not_known_yet(named) else None

    def differs_from(self, other: "_Model") -> bool:
        if self._name is not None and other._name is not None:
            return not names.same(self._name, other._name)
        if self._resource is None or other._resource is None:
            return False
        return address_of(self._resource) != address_of(other._resource)

    def __str__(self) -> str:
        """The model's name if it is known, and otherwise the path of its resource."""
        if self._name is not None:
            return shown(self._name)
        return self._resource.node.path if self._resource is not None else "unknown"
