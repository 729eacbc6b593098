"""Validation: refuses each request that botocore's own service model does not allow.

All violations are reported together, in SageMaker's own words. A new instance type is known once botocore is updated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from local.sagemaker.errors import validation
from local.sagemaker.patterns import compiled

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime,),
}


@cache
def service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@dataclass(frozen=True)
class Violation:
    """One value that breaks one constraint."""

    value: Any
    path: str
    constraint: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{_shown(self.value)}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def check(operation: str, parameters: Mapping[str, Any]) -> None:
    """Raises one ValidationException that lists every violation in a request."""
    found = list(violations(service_model().operation_model(operation).input_shape, parameters))
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise validation(f"{len(found)} validation {noun} detected: {'; '.join(map(str, found))}")


def violations(shape: Any, value: Any, path: str = "") -> Iterator[Violation]:
    """Every violation of the shape in a value, outermost first."""
    expected = _PYTHON_TYPES[shape.type_name]
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        yield Violation(value, path, f"Member must be of type {shape.type_name}")
        return
    if isinstance(value, datetime) and value.tzinfo is None:
        yield Violation(value, path, "Member must have a time zone")
    yield from _outside_limits(shape, value, path)
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield Violation(None, _below(path, name), "Member must not be null")
        for name, member in value.items():
            if name not in shape.members:
                yield Violation(member, _below(path, name), "Member is not known")
            elif member is not None or name not in shape.required_members:
                yield from violations(shape.members[name], member, _below(path, name))
    elif shape.type_name == "list":
        for number, member in enumerate(value, start=1):
            yield from violations(shape.member, member, f"{path}.{number}.member")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from violations(shape.key, key, f"{path}.key")
            yield from violations(shape.value, member, f"{path}.{key}.value")


def _outside_limits(shape: Any, value: Any, path: str) -> Iterator[Violation]:
    limits = shape.metadata
    measured, what = (len(value), "length") if hasattr(value, "__len__") else (value, "value")
    if "min" in limits and measured < limits["min"]:
        yield Violation(value, path, f"Member must have {what} greater than or equal to {limits['min']}")
    if "max" in limits and measured > limits["max"]:
        yield Violation(value, path, f"Member must have {what} less than or equal to {limits['max']}")
    if "pattern" in limits and not compiled(limits["pattern"]).fullmatch(value):
        yield Violation(value, path, f"Member must satisfy regular expression pattern: {limits['pattern']}")
    if "enum" in limits and value not in limits["enum"]:
        yield Violation(value, path, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")


def _below(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _shown(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value)
