"""The values of a template's parameters: those given, else those deployed, else the defaults."""

from collections.abc import Mapping
from typing import Any

from shadowtest.values.stack import DeployedStack, Place, Template
from shadowtest.values.unknown import KnownAtDeployment

_FROM_PARAMETER_STORE = "AWS::SSM::Parameter::Value<"
_HIDDEN = "****"
"""What CloudFormation reports for a parameter with NoEcho."""
NO_VALUE = object()
"""``AWS::NoValue``: the property is left out."""


def parameter_values(template: Template, given: Mapping[str, str], deployed: DeployedStack | None) -> dict[str, Any]:
    """The value of each parameter that the template declares."""
    return {name: _value(name, declared, given, deployed) for name, declared in template.get("Parameters", {}).items()}


def pseudo_parameters(place: Place, *, no_value: Any) -> dict[str, Any]:
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
    return {**values, "AWS::NoValue": no_value, "AWS::StackName": place.stack_name}


def _value(name: str, declared: Mapping[str, Any], given: Mapping[str, str], deployed: DeployedStack | None) -> Any:
    before = deployed.parameters if deployed is not None else {}
    value = given.get(name, before.get(name, declared.get("Default")))
    kind, reference = str(declared.get("Type", "String")), {"Ref": name}
    if value is None:
        return KnownAtDeployment.of(reference, f"parameter {name} has neither a value nor a default")
    if value == _HIDDEN:
        return KnownAtDeployment.of(reference, f"CloudFormation hides the value of parameter {name}")
    if kind.startswith(_FROM_PARAMETER_STORE):
        resolved = deployed.resolved.get(name) if deployed is not None and before.get(name) == value else None
        if resolved is None:
            return KnownAtDeployment.of(reference, f"CloudFormation reads parameter {name} from Parameter Store")
        value = resolved
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.split(",") if "List<" in kind or kind == "CommaDelimitedList" else text
