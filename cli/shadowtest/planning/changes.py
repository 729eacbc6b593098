"""Compares the new template of a stack with the deployed one: the change of each shadow test."""

from dataclasses import dataclass
from typing import Any

from shadowtest.deploying.stack import ResourceChange, StackToDeploy
from shadowtest.planning.change import Change, Properties
from shadowtest.planning.endpoint_changes import EndpointChange, endpoint_changes
from shadowtest.planning.placeholders import PLACEHOLDER
from shadowtest.planning.policies import Policy, is_kept
from shadowtest.templates import macros
from shadowtest.templates.dependencies import dependencies
from shadowtest.templates.experiments import experiments_of, resources_of
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import Resolver, as_deployed
from shadowtest.values.stack import DeployedStack, Exports, Place, Template
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class Untold:
    """A resource whose change is not known, or that can't be deployed.

    ``why``: a clause. ``name``: the name of its experiment; empty if it is not known.
    """

    logical_id: str
    why: str
    is_refused: bool
    name: str = ""


def changes_of(
    stack: StackToDeploy, deployed: DeployedStack | None, place: Place, exports: Exports | None
) -> list[Change | Untold]:
    """The changes of a stack's tests, in the order of the template. Removed tests come last.

    A macro that may create tests is an ``Untold`` of its own, because it may create new ones.
    """
    comparison = _Comparison(stack, deployed, place, *_values(stack, deployed, place, exports))
    declared = list(experiments_of(stack.template))
    removed = [each for each in experiments_of(deployed.template) if each not in declared] if deployed else []
    found = map(comparison.change, [*declared, *removed])
    made = [
        Untold(key, macros.in_words(macro), is_refused=False)
        for key, macro in macros.making_experiments(stack.template)
        if key not in removed
    ]
    return [*(change for change in found if change is not None), *made]


def endpoint_changes_of(
    stack: StackToDeploy, deployed: DeployedStack | None, place: Place, exports: Exports | None
) -> list[EndpointChange]:
    """The changes of a stack's endpoints."""
    declared, before = _values(stack, deployed, place, exports)
    return endpoint_changes(stack.template, declared, deployed, before, stack.changed)


def _values(
    stack: StackToDeploy, deployed: DeployedStack | None, place: Place, exports: Exports | None
) -> tuple[Resolver, Resolver | None]:
    """The values of the new template, and of the deployed one."""
    declared = Resolver(stack.template, place, given=stack.parameters, deployed=deployed, exports=exports)
    return declared, as_deployed(deployed, exports) if deployed is not None else None


@dataclass(frozen=True)
class _Comparison:
    """``declared``, ``before``: the values of the new template, and of the deployed one."""

    stack: StackToDeploy
    deployed: DeployedStack | None
    place: Place
    declared: Resolver
    before: Resolver | None

    def change(self, logical_id: str) -> Change | Untold | None:
        """``None`` if the resource is neither deployed nor declared."""
        physical_id = self.deployed.physical_ids.get(logical_id) if self.deployed is not None else None
        if self.stack.changes is not None and logical_id not in self.stack.changes:
            return self._unchanged(logical_id, physical_id) if physical_id is not None else None
        try:
            return self._change(logical_id, physical_id)
        except MalformedFunctionError as error:
            return Untold(logical_id, str(error), is_refused=True)

    def _unchanged(self, logical_id: str, physical_id: str) -> Change:
        """A deployed resource that the change set does not change, so its properties do not matter."""
        return Change(self._stack_id, logical_id, deployed={}, declared={}, physical_id=physical_id)

    def _change(self, logical_id: str, physical_id: str | None) -> Change | Untold | None:
        macro = macros.macro_behind(self.stack.template, logical_id)
        if macro is not None:
            return Untold(logical_id, macros.in_words(macro), is_refused=False)
        known = (self.stack.changes or {}).get(logical_id)
        exists = self.declared.exists(logical_id) if known is None else not known.is_removed
        if isinstance(exists, KnownAtDeployment):
            why = f"its condition is known only at deployment ({exists.why})"
            return Untold(logical_id, why, is_refused=False, name=physical_id or self._declared_name(logical_id))
        if not exists and physical_id is None:
            return None
        before, now = (dict(resources_of(template)).get(logical_id, {}) for template in self._before_and_now)
        if exists and physical_id is not None and before and before.get("Type") != now.get("Type"):
            return Untold(logical_id, _type_changes(before.get("Type"), now.get("Type")), is_refused=True)
        if physical_id is not None and not before and (known is None or known.before is None):
            # A failed update can leave such a resource.
            why = "CloudFormation lists the resource, but the deployed template does not have it"
            return Untold(logical_id, why, is_refused=False)
        policy: Policy = "UpdateReplacePolicy" if exists else "DeletionPolicy"
        kept = is_kept(now, policy, self.declared) if exists else is_kept(before, policy, self.before)
        if isinstance(kept, KnownAtDeployment) and physical_id is not None:
            return Untold(logical_id, f"its {policy} is known only at deployment ({kept.why})", is_refused=False)
        deployed = self._deployed_properties(logical_id, known) if physical_id is not None else None
        declared = self._declared_properties(logical_id, known) if exists else None
        if isinstance(deployed, KnownAtDeployment):
            return _of_unknown(logical_id, deployed)
        if isinstance(declared, KnownAtDeployment):
            return _of_unknown(logical_id, declared)
        return Change(
            stack_id=self._stack_id,
            logical_id=logical_id,
            deployed=deployed,
            declared=declared,
            physical_id=physical_id,
            keeps_removed=kept is True and not exists,
            keeps_replaced=kept is True and exists,
            depends_on=dependencies(self._before_and_now[1 if exists else 0], logical_id),
        )

    def _declared_name(self, logical_id: str) -> str:
        properties = self.declared.properties(logical_id)
        name = properties.get("Name") if not isinstance(properties, KnownAtDeployment) else None
        return name if isinstance(name, str) else ""

    @property
    def _stack_id(self) -> str:
        return self.place.stack_id or _made_up_id(self.place)

    @property
    def _before_and_now(self) -> tuple[Template, Template]:
        return self.deployed.template if self.deployed is not None else {}, self.stack.template

    def _deployed_properties(self, logical_id: str, known: ResourceChange | None) -> Properties | KnownAtDeployment:
        if known is not None and known.before is not None:
            return known.before
        return self.before.properties(logical_id) if self.before is not None else {}

    def _declared_properties(self, logical_id: str, known: ResourceChange | None) -> Properties | KnownAtDeployment:
        return known.after if known is not None and known.after is not None else self.declared.properties(logical_id)


def _of_unknown(logical_id: str, properties: KnownAtDeployment) -> Untold:
    return Untold(logical_id, f"its properties are known only at deployment ({properties.why})", is_refused=False)


def _type_changes(old: Any, new: Any) -> str:
    return (
        f"CloudFormation does not allow the type of a deployed resource to change (from {old} to {new}). Give the new "
        "resource another logical id"
    )


def _made_up_id(place: Place) -> str:
    """The ID of a stack that does not exist yet. No name that depends on it is shown."""
    partition, region, account = place.partition or "aws", place.region or "", place.account or ""
    return f"arn:{partition}:cloudformation:{region}:{account}:stack/{place.stack_name}/{PLACEHOLDER}"
