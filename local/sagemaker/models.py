"""Models: names for containers, to which variants refer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.sagemaker.copies import copied
from local.sagemaker.errors import validation
from local.sagemaker.names import Arns, key


@dataclass(frozen=True)
class Model:
    name: str
    arn: str
    declared: Mapping[str, Any]
    created: datetime

    def describe(self) -> dict[str, Any]:
        described = {name: copied(value) for name, value in self.declared.items() if name != "Tags"}
        return described | {"ModelArn": self.arn, "CreationTime": self.created}


class Models:
    def __init__(self, arns: Arns) -> None:
        self._arns = arns
        self._by_key: dict[str, Model] = {}

    def create(self, parameters: Mapping[str, Any], now: datetime) -> Model:
        name = parameters["ModelName"]
        arn = self._arns.of("model", name)
        if key(name) in self._by_key:
            raise validation(f'Cannot create already existing model "{arn}".')
        model = Model(name, arn, copied(dict(parameters)), now)
        self._by_key[key(name)] = model
        return model

    def get(self, name: str) -> Model:
        if key(name) not in self._by_key:
            raise validation(f'Could not find model "{self._arns.of("model", name)}".')
        return self._by_key[key(name)]

    def delete(self, name: str) -> Model:
        model = self.get(name)
        del self._by_key[key(name)]
        return model
