"""``AWS::SageMaker::Model``, ``EndpointConfig`` and ``Endpoint`` for MiniStack's CloudFormation.

The properties are the members of the API, so they are passed to the API. Strings in the template are converted to the
types of the API, as CloudFormation does. ``Ref`` of all three is the ARN.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from ministack.services.cloudformation import provisioners, stacks

from local.ministack.sagemaker_service import SageMakers
from local.sagemaker import ServiceError
from local.sagemaker.model import service_model
from local.sagemaker.names import split

_PRINCIPAL = "cloudformation.amazonaws.com"
_LOOK_AGAIN = 0.1
_LONGEST_NAME = 63

Properties = dict[str, Any]
Created = tuple[str, Properties]


class Kind(NamedTuple):
    noun: str
    name: str
    kept: tuple[str, ...]
    """The properties whose change doesn't replace the resource."""


_MODEL = Kind("Model", "ModelName", ("Tags",))
_CONFIG = Kind("EndpointConfig", "EndpointConfigName", ("Tags",))
_ENDPOINT = Kind(
    "Endpoint",
    "EndpointName",
    (
        "DeploymentConfig",
        "EndpointConfigName",
        "ExcludeRetainedVariantProperties",
        "RetainAllVariantProperties",
        "RetainDeploymentConfig",
        "Tags",
    ),
)


def install(sagemakers: SageMakers) -> None:
    for kind in (_MODEL, _CONFIG, _ENDPOINT):
        resource_type = f"AWS::SageMaker::{kind.noun}"
        provisioner = (_EndpointProvisioner if kind is _ENDPOINT else _Provisioner)(kind, sagemakers)
        provisioners._RESOURCE_HANDLERS[resource_type] = {
            "create": provisioner.create,
            "update": provisioner.update,
            "delete": provisioner.delete,
        }
        replacing = tuple(name for name in _members(kind) if name not in kind.kept)
        provisioners._REPLACING_PROPERTIES[resource_type] = replacing
        provisioners._CUSTOM_NAME_REPLACEMENT[resource_type] = {"name": kind.name}
        provisioners._STACK_TAG_PROPERTY[resource_type] = ("Tags", "list")
    runs_on_worker_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda resource_type: (
        resource_type == f"AWS::SageMaker::{_ENDPOINT.noun}" or runs_on_worker_thread(resource_type)
    )


class _Provisioner:
    """The create, update and delete functions of one resource type for MiniStack."""

    def __init__(self, kind: Kind, sagemakers: SageMakers) -> None:
        self._kind = kind
        self._sagemakers = sagemakers

    def create(self, logical_id: str, props: Properties, stack_name: str) -> Created:
        name = props.get(self._kind.name) or provisioners._physical_name(stack_name, logical_id, max_len=_LONGEST_NAME)
        answer = self._call("Create", props | {self._kind.name: name})
        return answer[f"{self._kind.noun}Arn"], {self._kind.name: name}

    def update(self, physical_id: str, old_props: Properties, new_props: Properties, stack_name: str) -> Created:
        del stack_name
        self._retag(physical_id, old_props.get("Tags", []), new_props.get("Tags", []))
        # The ARN has the name in lower case. The attribute has it as it was given.
        described = self._call("Describe", {self._kind.name: self._name(physical_id, new_props)})
        return physical_id, {self._kind.name: described[self._kind.name]}

    def delete(self, physical_id: str, props: Properties) -> None:
        try:
            self._call("Delete", {self._kind.name: self._name(physical_id, props)})
        except ServiceError as error:
            # Deleting a resource that no longer exists succeeds, as always in CloudFormation.
            if "Could not find" not in error.message:
                raise

    def _call(self, verb: str, props: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(props) - set(_members(self._kind))):
            raise ValueError(f"Encountered unsupported property {unknown[0]}")
        operation = f"{verb}{self._kind.noun}"
        shape = service_model().operation_model(operation).input_shape
        asked = {name: _coerced(shape.members[name], value) for name, value in props.items() if name in shape.members}
        return self._sagemakers.here().call(operation, asked, principal=_PRINCIPAL)

    def _name(self, physical_id: str, props: Mapping[str, Any]) -> str:
        return str(props.get(self._kind.name) or split(physical_id)[1])

    def _retag(self, arn: str, old: list[dict[str, str]], new: list[dict[str, str]]) -> None:
        sagemaker = self._sagemakers.here()
        gone = [tag["Key"] for tag in old if tag["Key"] not in {kept["Key"] for kept in new}]
        if gone:
            sagemaker.call("DeleteTags", {"ResourceArn": arn, "TagKeys": gone}, principal=_PRINCIPAL)
        if new and new != old:
            sagemaker.call("AddTags", {"ResourceArn": arn, "Tags": new}, principal=_PRINCIPAL)


class _EndpointProvisioner(_Provisioner):
    """The same, but it waits for the endpoint. MiniStack runs it in a separate thread."""

    def create(self, logical_id: str, props: Properties, stack_name: str) -> Created:
        arn, attributes = super().create(logical_id, props, stack_name)
        self._wait_in_service(arn)
        return arn, attributes

    def update(self, physical_id: str, old_props: Properties, new_props: Properties, stack_name: str) -> Created:
        updated = super().update(physical_id, old_props, new_props, stack_name)
        if _without_tags(old_props) != _without_tags(new_props):
            self._call("Update", new_props | {self._kind.name: self._name(physical_id, new_props)})
            serving = self._wait_in_service(physical_id)
            if serving["EndpointConfigName"] != new_props["EndpointConfigName"]:
                raise RuntimeError(f"Endpoint {physical_id} was rolled back to {serving['EndpointConfigName']}")
        return updated

    def delete(self, physical_id: str, props: Properties) -> None:
        super().delete(physical_id, props)
        while self._found(physical_id):
            time.sleep(_LOOK_AGAIN)

    def _wait_in_service(self, arn: str) -> dict[str, Any]:
        while endpoint := self._found(arn):
            if endpoint["EndpointStatus"] == "InService":
                return endpoint
            time.sleep(_LOOK_AGAIN)
        raise RuntimeError(f"Endpoint {arn} is gone")

    def _found(self, arn: str) -> dict[str, Any] | None:
        return next((each for each in self._sagemakers.here().endpoints() if each["EndpointArn"] == arn), None)


def _members(kind: Kind) -> list[str]:
    """The properties of a type: what its operations take."""
    model = service_model()
    verbs = ("Create", "Update") if kind is _ENDPOINT else ("Create",)
    return [name for verb in verbs for name in model.operation_model(f"{verb}{kind.noun}").input_shape.members]


def _without_tags(props: Properties) -> Properties:
    return {name: value for name, value in props.items() if name != "Tags"}


def _coerced(shape: Any, value: Any) -> Any:
    """A template's value in the type of the API. If it can't be converted, the service's own validation reports it."""
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: _coerced(shape.members[k], v) if k in shape.members else v for k, v in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_coerced(shape.member, member) for member in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {k: _coerced(shape.value, v) for k, v in value.items()}
    if shape.type_name == "string" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str):
        try:
            match shape.type_name:
                case "integer":
                    return int(value)
                case "float":
                    return float(value)
                case "boolean":
                    return {"true": True, "false": False}[value.lower()]
        except (ValueError, KeyError):
            return value
    return value
