"""From a stack as it is to be deployed, and as it is deployed, to the change of each of its shadow tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shadowtest.deploying.stack import KnownProperties, StackToDeploy
from shadowtest.planning.change import Change
from shadowtest.planning.placeholders import PLACEHOLDER
from shadowtest.templates import macros
from shadowtest.templates.experiments import experiments_of, resources_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import Resolver, as_deployed
from shadowtest.values.stack import DeployedStack, Place, Template
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class Untold:
    """A resource of which it is not known how it changes, or that can't be deployed. ``why``: a clause."""

    logical_id: str
    why: str
    is_refused: bool


def changes_of(
    stack: StackToDeploy, deployed: DeployedStack | None, place: Place, exports: Mapping[str, str] | None
) -> list[Change | Untold]:
    """The changes of a stack's tests, in the order of the template; those that it has no more come last.

    A macro that may make tests is an ``Untold`` of its own, because it may make new ones.
    """
    comparison = _Comparison(
        stack,
        deployed,
        place,
        Resolver(stack.template, place, given=stack.parameters, deployed=deployed, exports=exports),
        as_deployed(deployed, exports) if deployed is not None else None,
    )
    declared = list(experiments_of(stack.template))
    removed = [each for each in experiments_of(deployed.template) if each not in declared] if deployed else []
    found = map(comparison.change, [*declared, *removed])
    made = [
        Untold(key, macros.in_words(macro), is_refused=False)
        for key, macro in macros.making_experiments(stack.template)
        if key not in removed
    ]
    return [*(change for change in found if change is not None), *made]


def nested_stacks(template: Template) -> list[str]:
    """The logical ids of nested stacks, whose own templates are not read."""
    return [key for key, resource in resources_of(template) if resource.get("Type") == "AWS::CloudFormation::Stack"]


def imports_values(template: Any) -> bool:
    """Whether exports of other stacks are used anywhere."""
    if isinstance(template, Mapping):
        return "Fn::ImportValue" in template or any(imports_values(each) for each in template.values())
    return isinstance(template, list) and any(imports_values(each) for each in template)


@dataclass(frozen=True)
class _Comparison:
    """``declared``, ``before``: the values of the template that is to be deployed, and of the one that is."""

    stack: StackToDeploy
    deployed: DeployedStack | None
    place: Place
    declared: Resolver
    before: Resolver | None

    def change(self, logical_id: str) -> Change | Untold | None:
        """``None`` where the resource is neither deployed nor declared."""
        try:
            return self._change(logical_id)
        except MalformedFunctionError as error:
            return Untold(logical_id, str(error), is_refused=True)

    def _change(self, logical_id: str) -> Change | Untold | None:
        macro = macros.macro_behind(self.stack.template, logical_id)
        if macro is not None:
            return Untold(logical_id, macros.in_words(macro), is_refused=False)
        exists = self.declared.exists(logical_id)
        if isinstance(exists, KnownAtDeployment):
            return Untold(logical_id, f"its condition is known only at deployment ({exists.why})", is_refused=False)
        physical_id = self.deployed.physical_ids.get(logical_id) if self.deployed is not None else None
        if not exists and physical_id is None:
            return None
        known = self.stack.known.get(logical_id, KnownProperties(None, None))
        template = self.stack.template if exists or self.deployed is None else self.deployed.template
        resource = template["Resources"][logical_id]
        deployed = known.before or self._deployed_properties(logical_id) if physical_id is not None else None
        declared = known.after or self.declared.properties(logical_id) if exists else None
        if isinstance(deployed, KnownAtDeployment):
            return _of_unknown(logical_id, deployed)
        if isinstance(declared, KnownAtDeployment):
            return _of_unknown(logical_id, declared)
        return Change(
            stack_id=self.place.stack_id or _made_up_id(self.place),
            logical_id=logical_id,
            deployed=deployed,
            declared=declared,
            physical_id=physical_id,
            keeps_removed=_is_kept(resource, "DeletionPolicy"),
            keeps_replaced=_is_kept(resource, "UpdateReplacePolicy"),
        )

    def _deployed_properties(self, logical_id: str) -> Mapping[str, Any] | KnownAtDeployment:
        return self.before.properties(logical_id) if self.before is not None else {}


def _of_unknown(logical_id: str, properties: KnownAtDeployment) -> Untold:
    return Untold(logical_id, f"its properties are known only at deployment ({properties.why})", is_refused=False)


def _is_kept(resource: Mapping[str, Any], policy: str) -> bool:
    return resource.get(policy) in ("Retain", "RetainExceptOnCreate")


def _made_up_id(place: Place) -> str:
    """The id of a stack that does not exist yet. No name that depends on it is shown."""
    partition, region, account = place.partition or "aws", place.region or "", place.account or ""
    return f"arn:{partition}:cloudformation:{region}:{account}:stack/{place.stack_name}/{PLACEHOLDER}"
