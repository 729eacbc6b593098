"""Plans as JSON. Its schema is docs/plan.schema.json."""

from collections.abc import Iterable
from typing import Any

from shadowtest.json_documents import document, instant, number
from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.json_bill import bill
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Alternative, Difference, Fate, Verdict

SCHEMA_VERSION = 1


def render_json(plans: Iterable[StackPlan], cost: Cost) -> str:
    return document(SCHEMA_VERSION, {"stacks": [_stack(plan) for plan in plans if plan.is_shown], "cost": _cost(cost)})


def _stack(plan: StackPlan) -> dict[str, Any]:
    return {
        "stack": plan.stack,
        "region": plan.region,
        "resources": [_resource(each) for each in plan.resources],
        "notes": list(plan.notes),
    }


def _resource(plan: ResourcePlan) -> dict[str, Any]:
    return {"logicalId": plan.logical_id, "verdicts": [_verdict(each) for each in plan.verdicts]}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.kind.value,
        "experiment": verdict.experiment,
        "request": verdict.request,
        "reason": verdict.reason,
        "differences": [_difference(each) for each in verdict.differences],
        "canBeUndone": verdict.can_be_undone,
        "waitsFor": list(verdict.waits_for),
        "endpoint": verdict.endpoint,
        "sampling": verdict.sampling,
        "starts": instant(verdict.starts),
        "ends": instant(verdict.ends),
        "bills": [bill(each) for each in verdict.bills],
        "fates": [_fate(each) for each in verdict.fates],
        "gate": verdict.gate,
        "replaces": verdict.replaces,
        "operations": list(verdict.operations),
        "alternatives": [_alternative(each) for each in verdict.alternatives],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {"path": difference.path, "declared": difference.declared, "live": difference.live}


def _fate(fate: Fate) -> dict[str, Any]:
    return {
        "variant": fate.variant,
        "role": fate.role,
        "model": fate.model,
        "action": fate.action,
        "instanceType": fate.instance_type,
        "instanceCount": fate.instance_count,
    }


def _alternative(alternative: Alternative) -> dict[str, Any]:
    return {"condition": alternative.condition, "verdicts": [_verdict(each) for each in alternative.verdicts]}


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "instanceHours": number(cost.instance_hours),
        "total": number(cost.total),
        "currency": cost.currency,
        "unknown": list(cost.unknown),
    }
