"""Why CloudFormation refuses a deployment because of its parameter values."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from shadowtest.deploying.stack import StackToDeploy
from shadowtest.templates.sections import section
from shadowtest.values.functions import text
from shadowtest.values.parameters import HIDDEN
from shadowtest.values.stack import DeployedStack

_SCALARS = ("String", "Number")


def refusal_of_parameters(stack: StackToDeploy, deployed: DeployedStack | None) -> str | None:
    """A parameter without a value, or with a value that it does not allow. A change set has already been accepted."""
    if stack.changes is not None:
        return None
    there = deployed.parameters if deployed is not None else {}
    declared = {name: each for name, each in section(stack.template, "Parameters").items() if isinstance(each, Mapping)}
    defaults = {name: each["Default"] for name, each in declared.items() if "Default" in each}
    values: dict[str, Any] = {**defaults, **there, **stack.parameters}
    missing = [name for name in declared if name not in values]
    if missing:
        options = " ".join(f"--parameters {name}=VALUE" for name in missing)
        return f"there is no value for {' and '.join(missing)}. Give the values of the deployment with {options}"
    return "; ".join(fault for name, each in declared.items() for fault in _faults(name, each, values[name])) or None


def _faults(name: str, declared: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = declared.get("Type", "String")
    if kind not in _SCALARS or not isinstance(value, str | int | float) or value == HIDDEN:
        return
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and text(value) not in map(text, allowed):
        yield f"parameter {name} is {text(value)!r}, must be one of {', '.join(map(text, allowed))}"
    if kind == "Number":
        # A value that is not a number is refused where it is used.
        with suppress(TypeError, ValueError):
            if float(value) < float(declared.get("MinValue", "-inf")):
                yield f"parameter {name} is {text(value)}, must be at least {text(declared['MinValue'])}"
            if float(value) > float(declared.get("MaxValue", "inf")):
                yield f"parameter {name} is {text(value)}, must be at most {text(declared['MaxValue'])}"
