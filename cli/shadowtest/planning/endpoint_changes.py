"""The endpoints that a deployment creates, changes or deletes. Their live state is not the state that a test finds."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from inference_experiment_handler.spec import names
from shadowtest.planning.policies import is_kept
from shadowtest.templates import macros
from shadowtest.templates.experiments import resources_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import Resolver
from shadowtest.values.resources import Properties
from shadowtest.values.stack import DeployedStack, Template
from shadowtest.values.unknown import KnownAtDeployment, surely_same

_ENDPOINT = "AWS::SageMaker::Endpoint"
_CONFIG = "AWS::SageMaker::EndpointConfig"


class Effect(Enum):
    """What the deployment does to the endpoint."""

    CREATES = auto()
    CHANGES = auto()
    """Also if it is not known whether the deployment changes the endpoint."""
    DELETES = auto()


@dataclass(frozen=True)
class EndpointChange:
    """
    Attributes:
        name: The name, as ``Fn::GetAtt`` returns it.
        why: What the deployment does to the endpoint, as a clause.
        config: For a new endpoint, the properties of its endpoint configuration, if the same template has it. ``None``
            if the configuration already exists. Unknown if it is not known which configuration the endpoint has.
    """

    logical_id: str
    name: str | KnownAtDeployment
    effect: Effect
    why: str
    config: Mapping[str, Any] | KnownAtDeployment | None = None

    def is_of(self, name: Any) -> bool:
        """Whether it is the endpoint of this name. ``name``: a known name, or an unknown of the same template."""
        if isinstance(name, str) and isinstance(self.name, str):
            return names.same(name, self.name)
        return bool(name == self.name)


def endpoint_changes(
    template: Template,
    declared: Resolver,
    deployed: DeployedStack | None,
    before: Resolver | None,
    changed: Collection[str] | None = None,
) -> list[EndpointChange]:
    """``declared``, ``before``: the values of the template, and of the deployed one.

    ``changed``: the logical IDs of all resources that change, if CloudFormation lists them.
    """
    now = _of_type(template, _ENDPOINT)
    old = _of_type(deployed.template, _ENDPOINT) if deployed is not None else {}
    comparison = _Comparison(template, declared, deployed, before)

    def stays(key: str) -> bool:
        return changed is not None and not {key, *comparison.own_config(key)} & set(changed)

    found: list[EndpointChange] = []
    for key in {**now, **old}:
        if stays(key):
            continue
        # CloudFormation refuses a template with a malformed function, so it changes nothing.
        with suppress(MalformedFunctionError):
            found += comparison.changes(key, now.get(key), old.get(key))
    return found


@dataclass(frozen=True)
class _Comparison:
    template: Template
    declared: Resolver
    deployed: DeployedStack | None
    before: Resolver | None

    def changes(
        self, key: str, now: Mapping[str, Any] | None, old: Mapping[str, Any] | None
    ) -> Iterator[EndpointChange]:
        live_id = self.deployed.physical_ids.get(key) if self.deployed is not None and old is not None else None
        live = live_id.rpartition("/")[2] if live_id is not None else None
        exists = self._exists(key, now)
        name = self._attribute(key, "EndpointName") if now is not None else None
        if isinstance(exists, KnownAtDeployment):
            then = live or name
            if then is not None:
                shown = _shown(then, key)
                why = f"it is not known what this deployment does to endpoint {shown}: {exists.why}"
                yield EndpointChange(key, then, Effect.CHANGES, why)
        elif not exists:
            if live is not None and is_kept(old or {}, "DeletionPolicy", self.before) is not True:
                yield EndpointChange(key, live, Effect.DELETES, f"this deployment deletes endpoint {live}")
        elif live is None:
            yield self._created(key, name)
        elif isinstance(self._property(key, "EndpointName"), KnownAtDeployment):
            yield EndpointChange(key, live, Effect.CHANGES, f"this deployment may give endpoint {live} another name")
        elif not names.same(live, name if isinstance(name, str) else None):
            if is_kept(now or {}, "UpdateReplacePolicy", self.declared) is not True:
                yield EndpointChange(key, live, Effect.DELETES, f"this deployment replaces endpoint {live}")
            yield self._created(key, name)
        elif self._differs(key) or any(self._differs(each) for each in self.own_config(key)):
            yield EndpointChange(
                key, live, Effect.CHANGES, f"this deployment changes endpoint {live}, or may change it"
            )

    def _exists(self, key: str, now: Mapping[str, Any] | None) -> bool | KnownAtDeployment:
        macro = macros.macro_behind(self.template, key) if now is not None else None
        if macro is not None:
            return KnownAtDeployment.of(key, macros.in_words(macro))
        if now is not None:
            return self.declared.exists(key)
        if macros.may_be_extended(self.template, "Resources"):
            return KnownAtDeployment.of(key, "a macro may create it")
        return False

    def _created(self, key: str, name: Any) -> EndpointChange:
        why = f"this deployment creates endpoint {_shown(name, key)}"
        return EndpointChange(key, name, Effect.CREATES, why, self._config_of_new(key))

    def _differs(self, key: str) -> bool:
        """Whether the deployment changes, or may change, anything except the tags of a resource."""
        if self.deployed is None or self.before is None or key not in self.deployed.physical_ids:
            return True
        old, new = (_without_tags(known_properties(each, key)) for each in (self.before, self.declared))
        return not surely_same(old, new)

    def _config_of_new(self, key: str) -> Mapping[str, Any] | KnownAtDeployment | None:
        own = next(self.own_config(key), None)
        if own is not None:
            return known_properties(self.declared, own)
        name = self._property(key, "EndpointConfigName")
        return name if isinstance(name, KnownAtDeployment) else None

    def own_config(self, key: str) -> Iterator[str]:
        """The endpoint configuration that an endpoint declares, if the same template has it."""
        name = self._property(key, "EndpointConfigName")
        for each in _of_type(self.template, _CONFIG):
            if name in (self._attribute(each, "EndpointConfigName"), self._value({"Ref": each})):
                yield each

    def _property(self, key: str, name: str) -> Any:
        properties = known_properties(self.declared, key)
        return properties if isinstance(properties, KnownAtDeployment) else properties.get(name)

    def _attribute(self, key: str, name: str) -> Any:
        return self._value({"Fn::GetAtt": [key, name]})

    def _value(self, expression: dict[str, Any]) -> Any:
        try:
            return self.declared.resolve(expression)
        except MalformedFunctionError as error:
            return KnownAtDeployment.of(expression, str(error))


def _shown(name: str | KnownAtDeployment, key: str) -> str:
    return name if isinstance(name, str) else key


def known_properties(values: Resolver, key: str) -> Properties:
    """The properties of a resource. They are not known if they have a malformed function."""
    try:
        return values.properties(key)
    except MalformedFunctionError as error:
        return KnownAtDeployment.of(key, str(error))


def _without_tags(properties: Properties) -> Properties:
    if isinstance(properties, KnownAtDeployment):
        return properties
    return {name: value for name, value in properties.items() if name != "Tags"}


def _of_type(template: Template, kind: str) -> dict[str, Mapping[str, Any]]:
    return {key: resource for key, resource in resources_of(template) if resource.get("Type") == kind}
