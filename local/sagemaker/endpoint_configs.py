"""Endpoint configurations. They never change: an update of an endpoint names another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.sagemaker.copies import copied
from local.sagemaker.errors import validation
from local.sagemaker.models import Models
from local.sagemaker.names import Arns, key


@dataclass(frozen=True)
class EndpointConfig:
    name: str
    arn: str
    declared: Mapping[str, Any]
    created: datetime

    @property
    def production(self) -> list[dict[str, Any]]:
        return copied(list(self.declared["ProductionVariants"]))

    @property
    def shadows(self) -> list[dict[str, Any]]:
        return copied(list(self.declared.get("ShadowProductionVariants", [])))

    def serves(self, variant: str) -> bool:
        variants = (*self.declared["ProductionVariants"], *self.declared.get("ShadowProductionVariants", []))
        return any(served["VariantName"] == variant for served in variants)

    def describe(self) -> dict[str, Any]:
        described = {name: copied(value) for name, value in self.declared.items() if name != "Tags"}
        return described | {"EndpointConfigArn": self.arn, "CreationTime": self.created}


class EndpointConfigs:
    def __init__(self, arns: Arns, models: Models) -> None:
        self._arns = arns
        self._models = models
        self._by_key: dict[str, EndpointConfig] = {}
        self._generated = 0

    def create(self, parameters: Mapping[str, Any], now: datetime) -> EndpointConfig:
        name = parameters["EndpointConfigName"]
        arn = self._arns.of("endpoint-config", name)
        if key(name) in self._by_key:
            raise validation(f'Cannot create already existing endpoint configuration "{arn}".')
        for variant in (*parameters["ProductionVariants"], *parameters.get("ShadowProductionVariants", [])):
            if "ModelName" in variant:
                self._models.get(variant["ModelName"])
        config = EndpointConfig(name, arn, copied(dict(parameters)), now)
        self._by_key[key(name)] = config
        return config

    def generate(self, stem: str, variants: Mapping[str, Any], now: datetime) -> EndpointConfig:
        """A configuration that SageMaker itself creates, under a generated name."""
        self._generated += 1
        name = f"{stem[:50]}-{self._generated:06d}"
        return self.create({"EndpointConfigName": name, **variants}, now)

    def get(self, name: str) -> EndpointConfig:
        if key(name) not in self._by_key:
            arn = self._arns.of("endpoint-config", name)
            raise validation(f'Could not find endpoint configuration "{arn}".')
        return self._by_key[key(name)]

    def delete(self, name: str) -> EndpointConfig:
        config = self.get(name)
        del self._by_key[key(name)]
        return config
