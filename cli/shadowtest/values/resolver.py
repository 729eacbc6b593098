"""Resolves the functions of a template, as far as their values are known before the deployment."""

from collections.abc import Mapping
from typing import Any

from shadowtest.templates import macros
from shadowtest.templates.sections import section
from shadowtest.values import functions
from shadowtest.values.conditions import Conditions, Holds
from shadowtest.values.depth import Depth, TooDeepError
from shadowtest.values.forms import MalformedFunctionError, malformed
from shadowtest.values.parameters import NO_VALUE, parameter_values, pseudo_parameters
from shadowtest.values.resources import Properties, Resources
from shadowtest.values.stack import DeployedStack, Exports, Place, Template
from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

_DYNAMIC = "{{resolve:"
_TOO_DEEP = "its values depend on each other more deeply than can be followed"


class Resolver:
    """The values of one template. Raises a ``MalformedFunctionError`` for a template that CloudFormation refuses.

    ``resolved``: what CloudFormation has read from Parameter Store for this deployment. ``exports``: the values of the
    region's exports; ``None`` if they were not read. ``is_deployed``: the template is the deployed one, with the values
    that it was deployed with, so each of its resources exists. ``depth``: the depth of a template that is compared with
    this one.
    """

    def __init__(
        self,
        template: Template,
        place: Place,
        *,
        given: Mapping[str, str] | None = None,
        resolved: Mapping[str, str] | None = None,
        deployed: DeployedStack | None = None,
        exports: Exports | None = None,
        is_deployed: bool = False,
        depth: Depth | None = None,
    ) -> None:
        self._depth = depth if depth is not None else Depth()
        self._mappings = section(template, "Mappings")
        self._knows_mappings = not macros.may_be_extended(template, "Mappings")
        self._exports = exports
        parameters = deployed.parameters if deployed is not None else {}
        self._values = {
            **parameter_values(template, given or {}, parameters, resolved or {}),
            **pseudo_parameters(place),
        }
        self._conditions = Conditions(
            section(template, "Conditions"),
            self._value,
            self._depth,
            is_complete=not macros.may_be_extended(template, "Conditions"),
        )
        before = None
        if deployed is not None and not is_deployed:
            before = as_deployed(deployed, exports, self._depth)._resources
        self._resources: Resources = Resources(
            template,
            place,
            deployed.physical_ids if deployed is not None else {},
            before,
            self._value,
            depth=self._depth,
        )

    def exists(self, logical_id: str) -> Holds:
        """Whether the template has the resource and its condition is true."""
        resource = self._resources.get(logical_id)
        if resource is None:
            return False
        try:
            return self._conditions.named(resource["Condition"]) if "Condition" in resource else True
        except TooDeepError:
            return KnownAtDeployment.of(logical_id, _TOO_DEEP)

    def properties(self, logical_id: str) -> Properties:
        """A resource's properties. A value that is not known is a ``KnownAtDeployment``."""
        try:
            return self._resources.properties(logical_id)
        except TooDeepError:
            return KnownAtDeployment.of(logical_id, _TOO_DEEP)

    def resolve(self, value: Any) -> Any:
        """The value of a part of the template."""
        try:
            return self._value(value)
        except TooDeepError:
            return KnownAtDeployment.of(value, _TOO_DEEP)

    def _value(self, value: Any) -> Any:
        if value is None:
            raise MalformedFunctionError("CloudFormation refuses a null: leave the property out")
        if isinstance(value, str):
            return _without_dynamic(value)
        if not isinstance(value, list | dict):
            return value
        with self._depth:
            if isinstance(value, list):
                return [each for each in map(self._value, value) if each is not NO_VALUE]
            added = next((key for key in value if key.startswith("Fn::")), "Ref" if value.keys() == {"Ref"} else None)
            if added is None:
                resolved = {key: self._value(each) for key, each in value.items()}
                return {key: each for key, each in resolved.items() if each is not NO_VALUE}
            if len(value) > 1 or macros.is_macro(added):
                return KnownAtDeployment.of(value, macros.in_words(added))
            return _without_dynamic(self._function(added, value[added]))

    def _function(self, name: str, arguments: Any) -> Any:
        match name:
            case "Ref":
                return self._named(self._value(arguments))
            case "Fn::GetAtt":
                return self._attribute(arguments)
            case "Fn::If":
                return self._chosen(arguments)
            case "Fn::Sub":
                return functions.substitute(arguments, self._value, self._in_text)
            case "Fn::Join":
                return functions.join(self._value(arguments))
            case "Fn::Select":
                return functions.select(self._value(arguments))
            case "Fn::Split":
                return functions.split(self._value(arguments))
            case "Fn::Base64":
                return functions.encode(self._value(arguments))
            case "Fn::FindInMap":
                return functions.find_in_map(arguments, self._mappings, self._value, is_complete=self._knows_mappings)
            case "Fn::ImportValue":
                return self._import(self._value(arguments))
        return KnownAtDeployment.of({name: arguments}, f"{name} is resolved by CloudFormation")

    def _named(self, name: Any) -> Any:
        if isinstance(name, KnownAtDeployment):
            return KnownAtDeployment.of({"Ref": name}, name.why)
        if not isinstance(name, str):
            raise malformed("Ref", name)
        return self._values[name] if name in self._values else self._resources.reference(name)

    def _in_text(self, name: str) -> Any:
        """What ``${Name}`` or ``${Resource.Attribute}`` stands for."""
        logical_id, _, attribute = name.partition(".")
        value = self._resources.attribute(logical_id, attribute) if attribute else self._named(name)
        if value is NO_VALUE:
            return KnownAtDeployment.of({"Ref": name}, f"it is not documented what {name} is within a string")
        return value

    def _attribute(self, arguments: Any) -> Any:
        asked = arguments.partition(".")[::2] if isinstance(arguments, str) else arguments
        match asked:
            case [logical_id, attribute]:
                resolved = [self._value(logical_id), self._value(attribute)]
            case _:
                raise malformed("Fn::GetAtt", arguments)
        unknown = next(unknowns_in(resolved), None)
        if unknown is not None:
            return KnownAtDeployment.of({"Fn::GetAtt": arguments}, unknown.why)
        if not all(isinstance(each, str) and each for each in resolved):
            raise malformed("Fn::GetAtt", arguments)
        return self._resources.attribute(*resolved)

    def _chosen(self, arguments: Any) -> Any:
        match arguments:
            case [str(condition), then, otherwise]:
                held = self._conditions.named(condition)
                if isinstance(held, KnownAtDeployment):
                    return KnownAtDeployment.of({"Fn::If": arguments}, held.why)
                return self._value(then if held else otherwise)
        raise malformed("Fn::If", arguments)

    def _import(self, name: Any) -> Any:
        if isinstance(name, KnownAtDeployment):
            return name
        if not isinstance(name, str):
            raise malformed("Fn::ImportValue", name)
        value = (self._exports or {}).get(name)
        return value or KnownAtDeployment.of({"Fn::ImportValue": name}, f"no export {name} was found")


def as_deployed(deployed: DeployedStack, exports: Exports | None, depth: Depth | None = None) -> Resolver:
    """The deployed template with the values that it was deployed with. ``depth``: as for ``Resolver``."""
    return Resolver(
        deployed.template,
        Place.of(deployed.stack_id),
        resolved=deployed.resolved,
        deployed=deployed,
        exports=exports,
        is_deployed=True,
        depth=depth,
    )


def _without_dynamic(value: Any) -> Any:
    """Replaces dynamic references by unknowns. CloudFormation resolves them last, even if a function or a parameter
    makes them.
    """
    if isinstance(value, list):
        return [_without_dynamic(each) for each in value]
    if isinstance(value, str) and _DYNAMIC in value:
        return KnownAtDeployment.of(value, "CloudFormation resolves a dynamic reference")
    return value
