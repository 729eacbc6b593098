"""What the same deployment does to the endpoints of a test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.declaration import Declaration
from shadowtest.planning.billing import SHADOW
from shadowtest.planning.change import Change
from shadowtest.planning.endpoint_changes import Effect, EndpointChange
from shadowtest.planning.live import Live
from shadowtest.planning.new_endpoint import NewEndpoint, new_endpoint
from shadowtest.planning.placeholders import PLACEHOLDER, placeholder
from shadowtest.planning.verdict import Kind, Verdict

_PROPERTY = "EndpointName"
_SHOWN = "(created by this deployment)"
_ORDER = "it is not known whether it does so before it changes the test"
_NAME = "the name of the endpoint is known only at deployment"
_MODEL = "the declared model of the production variant is known only at deployment"


@dataclass(frozen=True)
class Surroundings:
    """``own``: the changes of the endpoints in the test's stack. ``others``: those in other stacks of the region."""

    own: Sequence[EndpointChange] = ()
    others: Sequence[EndpointChange] = ()


@dataclass(frozen=True)
class Found:
    """What the test finds.

    ``new``: its endpoint, if the deployment creates it. ``created_by``: the change that creates it.
    """

    live: Live
    new: NewEndpoint | None = None
    created_by: EndpointChange | None = None


def found(live: Live, change: Change, declared: Declaration | None, around: Surroundings) -> Found:
    """What is live when CloudFormation sends the test's own request, and what is not known about it.

    ``change``: with its unknown values. ``declared``: the test as planned, with placeholders for them.
    """
    created_by = _creator(change, declared, around) if declared is not None else None
    for each in (*around.own, *around.others):
        if isinstance(each.name, str) and each is not created_by and not _comes_after(each, change, around):
            why = each.why if each.effect is not Effect.CREATES else f"{each.why}, and {_ORDER}"
            live = live.with_unread_endpoint(each.name, why)
    if declared is None:
        return Found(live)
    name = declared.endpoint_name
    if created_by is not None:
        new = new_endpoint(name, created_by, declared, change.declared)
        if isinstance(new, str):
            return Found(live.with_unread_endpoint(name, new))
        return Found(live.with_endpoint(new.observed), new, created_by)
    if name == placeholder((_PROPERTY,)):
        live = live.with_unread_endpoint(name, _NAME)
    elif change.deployed is None and declared.production.model_name == PLACEHOLDER:
        # The placeholder differs from each model that an endpoint serves, but the declared model may be one of them.
        live = live.with_unread_endpoint(name, _MODEL)
    return Found(live)


def _creator(change: Change, declared: Declaration, around: Surroundings) -> EndpointChange | None:
    """The new endpoint that the test declares, if CloudFormation creates it before the test."""
    name: Any = declared.endpoint_name
    if name == placeholder((_PROPERTY,)):
        name = (change.declared or {}).get(_PROPERTY)
    created = (each for each in around.own if each.effect is Effect.CREATES and each.logical_id in change.depends_on)
    return next((each for each in created if each.is_of(name)), None)


def _comes_after(endpoint: EndpointChange, change: Change, around: Surroundings) -> bool:
    """Whether the endpoint is deleted after the test."""
    removed = change.declared is None and not change.keeps_removed
    deleted_with_it = endpoint in around.own and endpoint.effect is Effect.DELETES
    return removed and deleted_with_it and endpoint.logical_id in change.depends_on


def without_guesses(verdict: Verdict, found: Found, declared: Declaration) -> Verdict:
    """The verdict without the assumed values of a new endpoint."""
    if found.new is None or found.created_by is None or not names.same(verdict.endpoint, found.new.observed.name):
        return verdict
    # Settings that the shadow variant does not declare are those of production.
    takes_count = declared.shadow.instance_count is None and not found.new.knows_count
    known = tuple(
        bill
        for bill in verdict.bills
        if bill.instance_type != PLACEHOLDER and not (takes_count if bill.role == SHADOW else not found.new.knows_count)
    )
    is_complete = all(bill in known for bill in verdict.bills if bill.role == SHADOW)
    verdict = replace(verdict, bills=known, bills_are_complete=is_complete)
    if verdict.kind in (Kind.CREATE, Kind.REPLACE) and not found.new.is_known:
        # The handler's own reason names the values that it takes from the endpoint.
        verdict = replace(verdict, reason="there is no experiment")
    if isinstance(found.created_by.name, str):
        return verdict
    return replace(verdict, endpoint=_SHOWN, new_endpoint=found.created_by.logical_id)
