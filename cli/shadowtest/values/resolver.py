"""A template with its values: each function is resolved as far as its value is known before the deployment."""

from collections.abc import Mapping
from typing import Any

from shadowtest.values import functions
from shadowtest.values.conditions import Conditions
from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.parameters import NO_VALUE, parameter_values, pseudo_parameters
from shadowtest.values.resource_types import RESOURCE_TYPES, ResourceType
from shadowtest.values.stack import DeployedStack, Place, Template
from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

_DYNAMIC = "{{resolve:"


class Resolver:
    """The values of one template.

    ``exports``: the values of the region's exports; ``None`` where they were not read. ``is_deployed``: the template is
    the deployed one with the values that it was deployed with, so each of its resources is there.
    """

    def __init__(
        self,
        template: Template,
        place: Place,
        *,
        given: Mapping[str, str] | None = None,
        deployed: DeployedStack | None = None,
        exports: Mapping[str, str] | None = None,
        is_deployed: bool = False,
    ) -> None:
        self._resources: Mapping[str, Any] = template.get("Resources", {})
        self._mappings: Mapping[str, Any] = template.get("Mappings", {})
        self._place = place
        self._deployed = deployed
        self._exports = exports
        self._values = {
            **parameter_values(template, given or {}, deployed),
            **pseudo_parameters(place, no_value=NO_VALUE),
        }
        self._conditions = Conditions(template.get("Conditions", {}), self.resolve)
        self._before = as_deployed(deployed, exports) if deployed and not is_deployed else None
        self._in_hand: set[str] = set()

    def exists(self, logical_id: str) -> bool | KnownAtDeployment:
        """Whether the template has the resource, by its condition."""
        resource = self._resources.get(logical_id)
        if resource is None:
            return False
        return self._conditions.named(resource["Condition"]) if "Condition" in resource else True

    def properties(self, logical_id: str) -> dict[str, Any]:
        """A resource's properties. What is not known is a ``KnownAtDeployment``."""
        resolved = self.resolve(self._resources[logical_id].get("Properties", {}))
        return resolved if isinstance(resolved, dict) else {}

    def resolve(self, value: Any) -> Any:
        """Raises a ``MalformedFunctionError`` where the template can't be meant."""
        if value is None:
            raise MalformedFunctionError("CloudFormation refuses a null: leave the property out")
        if isinstance(value, str) and _DYNAMIC in value:
            return KnownAtDeployment.of(value, "CloudFormation resolves a dynamic reference")
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, arguments),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, arguments)
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not NO_VALUE}

    def _function(self, name: str, arguments: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(arguments)
            case "Fn::GetAtt":
                resource, _, attribute = (
                    arguments.partition(".") if isinstance(arguments, str) else (arguments[0], ".", arguments[1])
                )
                return self._attribute(resource, self.resolve(attribute))
            case "Fn::If":
                condition, then, otherwise = arguments
                held = self._conditions.named(condition)
                if isinstance(held, KnownAtDeployment):
                    return KnownAtDeployment.of({name: arguments}, held.why)
                return self.resolve(then if held else otherwise)
            case "Fn::Sub":
                own = [arguments[0], self.resolve(arguments[1])] if isinstance(arguments, list) else arguments
                return functions.substitute(own, self._named)
            case "Fn::Join":
                return functions.join(self.resolve(arguments))
            case "Fn::Select":
                return functions.select(self.resolve(arguments))
            case "Fn::Split":
                return functions.split(self.resolve(arguments))
            case "Fn::Base64":
                return functions.encode(self.resolve(arguments))
            case "Fn::FindInMap":
                return functions.find_in_map(self.resolve(arguments), self._mappings)
            case "Fn::ImportValue":
                return self._import(self.resolve(arguments))
        return KnownAtDeployment.of({name: arguments}, f"{name} is resolved by CloudFormation")

    def _named(self, name: str) -> Any:
        resource, _, attribute = name.partition(".")
        return self._attribute(resource, attribute) if attribute else self._reference(name)

    def _import(self, name: Any) -> Any:
        if isinstance(name, KnownAtDeployment):
            return name
        value = (self._exports or {}).get(str(name))
        return value or KnownAtDeployment.of({"Fn::ImportValue": name}, f"no export {name} was found")

    def _reference(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        physical_id = self._physical_id(name)
        return physical_id or KnownAtDeployment.of({"Ref": name}, f"{name} is created by the deployment")

    def _attribute(self, logical_id: str, attribute: Any) -> Any:
        expression = {"Fn::GetAtt": [logical_id, attribute]}
        known = self._type(logical_id)
        make = known.attributes.get(str(attribute)) if known is not None else None
        physical_id = self._physical_id(logical_id)
        if physical_id is None:
            return KnownAtDeployment.of(expression, f"{logical_id} is created by the deployment")
        if make is None:
            kind = self._resources[logical_id].get("Type")
            return KnownAtDeployment.of(expression, f"{attribute} of {kind} is not known from its id")
        properties = self._guarded(logical_id)
        used = {key: each for key, each in (properties or {}).items() if isinstance(each, str)}
        return make(physical_id, used, self._place)

    def _physical_id(self, logical_id: str) -> str | None:
        """The physical id that the resource has or will have; ``None`` where the deployment makes it."""
        if logical_id not in self._resources:
            raise MalformedFunctionError(f"there is no {logical_id} in the template")
        deployed_id = self._deployed.physical_ids.get(logical_id) if self._deployed is not None else None
        if deployed_id is not None and (self._before is None or self._stays(logical_id)):
            return deployed_id
        known, properties = self._type(logical_id), self._guarded(logical_id)
        name = (properties or {}).get(known.name) if known is not None else None
        return known.id_of(name, self._place) if known is not None and isinstance(name, str) else None

    def _stays(self, logical_id: str) -> bool:
        """Whether the deployment does not replace the resource."""
        before, now = self._before, self._guarded(logical_id)
        if before is None or now is None or logical_id not in before._resources:
            return False
        if before._resources[logical_id].get("Type") != self._resources[logical_id].get("Type"):
            return False
        known, old = self._type(logical_id), before._guarded(logical_id) or {}
        if known is not None and known.replaced_by is not None:
            names: frozenset[str] = known.replaced_by
        else:
            names = frozenset({*old, *now}) - {"Tags"}
        compared = [(old.get(name), now.get(name)) for name in names]
        return not any(unknowns_in([each for pair in compared for each in pair])) and all(a == b for a, b in compared)

    def _guarded(self, logical_id: str) -> dict[str, Any] | None:
        """The properties; ``None`` where the resource is asked for from within itself."""
        if logical_id in self._in_hand:
            return None
        self._in_hand.add(logical_id)
        try:
            return self.properties(logical_id)
        finally:
            self._in_hand.discard(logical_id)

    def _type(self, logical_id: str) -> ResourceType | None:
        return RESOURCE_TYPES.get(str(self._resources.get(logical_id, {}).get("Type")))


def as_deployed(deployed: DeployedStack, exports: Mapping[str, str] | None) -> Resolver:
    """The deployed template with the values that it was deployed with."""
    return Resolver(
        deployed.template, Place.of(deployed.stack_id), deployed=deployed, exports=exports, is_deployed=True
    )
