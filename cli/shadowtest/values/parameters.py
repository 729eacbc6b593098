"""The values of a template's parameters: the given value, else the deployed value, else the default."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from shadowtest.templates.sections import section
from shadowtest.values.functions import text
from shadowtest.values.stack import Place, Template
from shadowtest.values.unknown import KnownAtDeployment

_FROM_PARAMETER_STORE = "AWS::SSM::Parameter::Value<"
HIDDEN = "****"
"""What CloudFormation reports for a parameter with NoEcho."""


class NoValue(Enum):
    """``AWS::NoValue``: the property is omitted."""

    NO_VALUE = "AWS::NoValue"

    def __str__(self) -> str:
        return self.value


NO_VALUE = NoValue.NO_VALUE


def parameter_values(
    template: Template, given: Mapping[str, str], deployed: Mapping[str, str], resolved: Mapping[str, str]
) -> dict[str, Any]:
    """The value of each parameter that the template declares.

    ``resolved``: what CloudFormation has read from Parameter Store for this deployment. Each deployment reads it again.
    """
    return {
        name: _value(name, declared, {**deployed, **given}, resolved)
        for name, declared in section(template, "Parameters").items()
        if isinstance(declared, Mapping)
    }


def pseudo_parameters(place: Place) -> dict[str, Any]:
    known = {
        "AWS::AccountId": place.account,
        "AWS::NotificationARNs": None,
        "AWS::Partition": place.partition,
        "AWS::Region": place.region,
        "AWS::StackId": place.stack_id,
        "AWS::URLSuffix": place.url_suffix if place.partition is not None else None,
    }
    values = {
        name: value if value is not None else KnownAtDeployment.of({"Ref": name}, "the deployment determines it")
        for name, value in known.items()
    }
    return {**values, "AWS::NoValue": NO_VALUE, "AWS::StackName": place.stack_name}


def _value(name: str, declared: Mapping[str, Any], values: Mapping[str, str], resolved: Mapping[str, str]) -> Any:
    value = values.get(name, declared.get("Default"))
    kind, reference = str(declared.get("Type", "String")), {"Ref": name}
    if kind.startswith(_FROM_PARAMETER_STORE):
        value = resolved.get(name)
        if value is None:
            return KnownAtDeployment.of(reference, f"CloudFormation reads parameter {name} from Parameter Store")
    if value is None:
        return KnownAtDeployment.of(reference, f"parameter {name} has neither a value nor a default")
    if value == HIDDEN:
        return KnownAtDeployment.of(reference, f"CloudFormation hides the value of parameter {name}")
    if not isinstance(value, str | int | float):
        return KnownAtDeployment.of(reference, f"the default of parameter {name} is not a string")
    is_list = "List<" in kind or kind == "CommaDelimitedList"
    return [each.strip() for each in text(value).split(",")] if is_list else text(value)
