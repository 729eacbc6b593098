"""The resources of a template, with their IDs and attributes as far as they are known."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from shadowtest.templates.macros import in_words, is_macro, may_be_extended
from shadowtest.templates.resource_type import NESTED_STACK
from shadowtest.templates.sections import section
from shadowtest.values.depth import Depth
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.parameters import NO_VALUE
from shadowtest.values.resource_types import RESOURCE_TYPES, Attribute, ResourceType
from shadowtest.values.stack import Place, Template
from shadowtest.values.unknown import KnownAtDeployment, surely_same, unknowns_in

Properties = dict[str, Any] | KnownAtDeployment


class Resources:
    """
    ``physical_ids``: those of the deployed resources. ``before``: the deployed resources; ``None`` if this template is
    the deployed one, so that each resource stays, or if nothing is deployed. ``resolve``: resolves a part of the
    template.
    """

    def __init__(
        self,
        template: Template,
        place: Place,
        physical_ids: Mapping[str, str],
        before: "Resources | None",
        resolve: Callable[[Any], Any],
        *,
        depth: Depth,
    ) -> None:
        self._declared = {
            key: each for key, each in section(template, "Resources").items() if isinstance(each, Mapping)
        }
        self._is_complete = not may_be_extended(template, "Resources")
        self._place = place
        self._physical_ids = physical_ids
        self._before = before
        self._resolve = resolve
        self._depth = depth
        self._properties: dict[str, Properties] = {}
        self._in_hand: set[str] = set()

    def get(self, logical_id: str) -> Mapping[str, Any] | None:
        """As the template declares it."""
        return self._declared.get(logical_id)

    def properties(self, logical_id: str) -> Properties:
        """The properties. A value that is not known is a ``KnownAtDeployment``."""
        if logical_id not in self._properties:
            if logical_id in self._in_hand:
                raise MalformedFunctionError(f"{logical_id} depends on itself")
            self._in_hand.add(logical_id)
            try:
                with self._depth:
                    self._properties[logical_id] = self._resolved(logical_id)
            finally:
                self._in_hand.discard(logical_id)
        return self._properties[logical_id]

    def reference(self, logical_id: str) -> str | KnownAtDeployment:
        return self._physical_id(logical_id, {"Ref": logical_id})

    def attribute(self, logical_id: str, attribute: str) -> str | KnownAtDeployment:
        expression = {"Fn::GetAtt": [logical_id, attribute]}
        physical_id = self._physical_id(logical_id, expression)
        known = self._type(logical_id) if logical_id in self._declared else None
        make = known.attributes.get(attribute) if known is not None else None
        if isinstance(physical_id, KnownAtDeployment):
            # Any other attribute of a new resource may have the same value as that of an old one.
            return physical_id if make is not None else replace(physical_id, is_new=False)
        if make is None or not self._place.makes_arns:
            kind = self._declared[logical_id].get("Type")
            why = f"{attribute} of {kind} is not known from its id"
            return KnownAtDeployment.of(expression, why, stays=self._is_unchanged(logical_id))
        read = self._read_by(make, logical_id)
        unknown = next(unknowns_in(read), None)
        return unknown if unknown is not None else make.value(physical_id, read, self._place)

    def _resolved(self, logical_id: str) -> Properties:
        resource = self._declared[logical_id]
        macro = next(filter(is_macro, resource), None)
        if macro is not None:
            return KnownAtDeployment.of(logical_id, in_words(macro))
        resolved = self._resolve(resource.get("Properties", {}))
        if resolved is NO_VALUE:
            return {}
        if not isinstance(resolved, dict | KnownAtDeployment):
            raise MalformedFunctionError(f"Properties of {logical_id} must be a map")
        return resolved

    def _read_by(self, make: Attribute, logical_id: str) -> dict[str, Any]:
        """The properties that an attribute depends on."""
        properties = self.properties(logical_id)
        if isinstance(properties, KnownAtDeployment):
            return dict.fromkeys(make.reads, properties)
        read = {name: properties[name] for name in make.reads if name in properties}
        for name, each in read.items():
            if not isinstance(each, str | KnownAtDeployment):
                raise MalformedFunctionError(f"{name} of {logical_id} must be a string")
        return read

    def _physical_id(self, logical_id: str, expression: Any) -> str | KnownAtDeployment:
        """The physical ID that the resource has or will have."""
        if logical_id not in self._declared:
            if self._is_complete:
                raise MalformedFunctionError(f"there is no {logical_id} in the template")
            return KnownAtDeployment.of(expression, f"a macro may create {logical_id}")
        deployed_id = self._physical_ids.get(logical_id)
        if deployed_id is not None and (self._before is None or self._stays(logical_id, self._before)):
            return deployed_id
        known, properties = self._type(logical_id), self.properties(logical_id)
        if known is not None and isinstance(properties, dict) and self._place.makes_arns:
            name = properties.get(known.name)
            if isinstance(name, str):
                return known.id_of(name, self._place)
        why = f"the deployment creates {logical_id}"
        return KnownAtDeployment.of(expression, why, is_new=self._gets_new_id(logical_id))

    def _stays(self, logical_id: str, before: "Resources") -> bool:
        """Whether the deployment does not replace the resource."""
        if logical_id not in before._declared:
            return False
        if before._declared[logical_id].get("Type") != self._declared[logical_id].get("Type"):
            return False
        deciding = self._deciding(logical_id, before)
        return deciding is not None and all(surely_same(old, now) for old, now in deciding)

    def _gets_new_id(self, logical_id: str) -> bool:
        """Whether CloudFormation certainly gives the resource an ID that no other resource has."""
        known, properties = self._type(logical_id), self.properties(logical_id)
        if known is None or isinstance(properties, KnownAtDeployment) or known.name in properties:
            return False
        if logical_id not in self._physical_ids:
            return True
        # After a failed update, CloudFormation may list a resource that the deployed template does not have.
        if self._before is None or self._before.get(logical_id) is None:
            return False
        deciding = self._deciding(logical_id, self._before) or ()
        return any(old != now and not any(unknowns_in([old, now])) for old, now in deciding)

    def _deciding(self, logical_id: str, before: "Resources") -> list[tuple[Any, Any]] | None:
        """The old and the new values that decide whether the resource is replaced. ``None`` if they are not known."""
        old, now, known = before.properties(logical_id), self.properties(logical_id), self._type(logical_id)
        if isinstance(old, KnownAtDeployment) or isinstance(now, KnownAtDeployment):
            return None
        if known is not None and known.replaced_by is not None:
            names: frozenset[str] = known.replaced_by
        else:
            names = frozenset({*old, *now}) - {"Tags"}
        return [(old.get(name), now.get(name)) for name in names]

    def _is_unchanged(self, logical_id: str) -> bool:
        """Whether the deployment does not change the resource, so that all its attributes stay."""
        if logical_id not in self._physical_ids or self._declared[logical_id].get("Type") == NESTED_STACK:
            return False
        if self._before is None:
            return True
        is_there = self._before.get(logical_id) is not None
        return is_there and surely_same(self._before.properties(logical_id), self.properties(logical_id))

    def _type(self, logical_id: str) -> ResourceType | None:
        return RESOURCE_TYPES.get(str(self._declared[logical_id].get("Type")))
