"""The situation provides what decisions need, and contains only what was read."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.steps import Call, Fail, Purpose
from inference_experiment_handler.model.tags import LAST_APPLIED, LEASE, PENDING_STOP
from inference_experiment_handler.plan.needs import endpoints_needed, tags_needed
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.situation import Situation
from simulation.declarations import RETAIN
from tests.support.situations import (
    ABSENT,
    AS_IT_IS,
    CALLED_OFF,
    CHANGED,
    ENDPOINT_AS_BEFORE,
    ENDPOINT_PROMOTED,
    ENDPOINT_UNDER_TEST,
    KEPT,
    NOW,
    PROMOTED,
    REFUSED,
    SCHEDULED,
    STATUSES,
    asked,
    experiment_of,
    request_for,
    situation_of,
)


def call(operation: str, subject: str, purpose: str = "") -> Call:
    return Call(operation, subject, {}, "", purpose=purpose)


def in_the_middle_of_a_wait(journal: Journal) -> Situation:
    """Its creation got no answer, so this request has acquired the lease; then the tags are not read."""
    request = request_for("Create", AS_IT_IS)
    situation = situation_of(request, "Creating", journal)
    journal.record_unknown_outcome(call("CreateInferenceExperiment", request.name), NOW)
    journal.leases[request.name] = ""
    assert situation.observed is not None
    created = NOW - timedelta(minutes=2)
    return replace(situation, observed=replace(situation.observed, tags=None, created=created))


def test_tags_that_were_not_read_do_not_say_that_it_came_about() -> None:
    situation = in_the_middle_of_a_wait(Journal())

    step = plan(situation)

    assert isinstance(step, Call)
    assert step.operation == "DescribeStacks"
    assert step.why == "whether the stack still waits for the new experiment"


def test_tags_that_were_not_read_can_not_be_asked_for() -> None:
    target = in_the_middle_of_a_wait(Journal()).target

    assert target is not None
    assert target.ours
    with pytest.raises(LookupError, match="were not read"):
        _ = target.tags


@pytest.mark.parametrize(("asked_for", "needed"), [("the-one-before", True), ("mine", False)])
def test_whose_tags_are_read_is_told_by_the_name_that_was_asked_for(asked_for: str, needed: bool) -> None:
    # SageMaker may report it in other letters.
    request = request_for("Update", AS_IT_IS)
    assert request.previous is not None
    request = replace(request, previous=replace(request.previous, name="the-one-before"))
    journal = Journal(leases={"mine": "", "the-one-before": ""})
    reported = replace(experiment_of("Stopping", request, applied=AS_IT_IS), name=asked_for.upper())

    assert tags_needed(Situation(request, journal, NOW), asked_for, reported) == needed


def test_an_endpoint_that_was_not_observed_can_not_be_asked_for() -> None:
    with pytest.raises(LookupError):
        situation_of(request_for("Create", AS_IT_IS), "Running", Journal()).endpoint("another")


# The tags are up to date again, unless a case says otherwise.
BEFORE, LATER = NOW - timedelta(minutes=9), NOW - timedelta(minutes=8)


def delivered_twice(recorded: Journal, tag: str) -> Situation:
    """A test that has ended, seen by one of the two deliveries of a Delete.

    ``recorded``: the journal of this delivery. ``tag``: the intent on the test; OWN is the token of the Delete.
    """
    request = request_for("Delete", KEPT | {"OnDelete": {"Record": "Retain", "ModelVariantActions": RETAIN}})
    situation = situation_of(request, "Cancelled", recorded, endpoint=ENDPOINT_UNDER_TEST)
    assert situation.observed is not None
    tags = {**(situation.observed.tags or {}), PENDING_STOP: tag.replace("OWN", request.token)}
    return replace(situation, observed=replace(situation.observed, tags=tags))


def intended(actions: dict[str, datetime], *, denied: str = "", stopped: bool = False) -> Journal:
    """The journal of a delivery that recorded these intents, at these times.

    ``denied``: the intent whose tag could not be written. ``stopped``: this delivery also sent the Stop.
    """
    journal, name = Journal(), request_for("Delete", KEPT).name
    for action, at in actions.items():
        write = call("AddTags", name, f"{Purpose.STOP} {action}")
        journal.record_conflict(write, "denied", at) if action == denied else journal.record(write, at)
    if stopped:
        journal.record(call("StopInferenceExperiment", name), LATER)
    return journal


@pytest.mark.parametrize(
    ("journal", "tag", "action"),
    [
        (intended({"Remove": BEFORE}), "Retain OWN", "Retain"),
        (intended({"Remove": BEFORE}, stopped=True), "Retain OWN", "Remove"),
        (intended({"Remove": BEFORE, "Retain": LATER}, stopped=True), "Remove OWN", "Retain"),
        (intended({"Retain": BEFORE, "Remove": LATER}, stopped=True, denied="Remove"), "Retain OWN", "Remove"),
        (intended({"Retain": BEFORE}), "Remove 1-delete-other", "Retain"),
        (intended({"Retain": BEFORE}), "", "Retain"),
    ],
    ids=[
        "the other delivery sent the Stop",
        "this delivery sent the Stop",
        "the tag does not show the last intent yet",
        "the tag of the last intent could not be written",
        "the tag is of another request",
        "others have removed the tag",
    ],
)
def test_the_intent_of_a_stop_is_that_of_the_delivery_that_sent_it(journal: Journal, tag: str, action: str) -> None:
    target = delivered_twice(journal, tag).target

    assert target is not None
    assert target.stop_intent is not None
    assert target.stop_intent.action == action


def test_an_end_is_verified_as_the_other_delivery_of_the_request_intended_it() -> None:
    # The test had not started when this delivery intended to stop it. It ran when the other one did.
    situation = delivered_twice(intended({"Remove": BEFORE}), "Retain OWN")

    verified = plan(situation)
    missing = plan(replace(situation, endpoints={"shop": ENDPOINT_AS_BEFORE}))

    assert isinstance(verified, Call)
    assert verified.purpose == Purpose.VERIFIED
    assert isinstance(missing, Fail)
    assert "is no longer on endpoint" in missing.reason


def test_a_delivery_records_the_intent_of_its_own_stop_though_the_other_one_has_recorded_the_same() -> None:
    situation = delivered_twice(intended({"Remove": BEFORE}), "Retain OWN")
    assert situation.observed is not None
    running = replace(situation.observed, status="Running", concluded=None)

    step = plan(replace(situation, observed=running))

    assert isinstance(step, Call)
    assert step.purpose == f"{Purpose.STOP} Retain"


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """All but the endpoints, which are to be asked for."""
    request_type = draw(st.sampled_from(["Create", "Update", "Rollback", "Delete"]))
    declared = draw(st.sampled_from([AS_IT_IS, CHANGED, REFUSED, SCHEDULED, PROMOTED, CALLED_OFF, KEPT]))
    applied = draw(st.sampled_from([AS_IT_IS, SCHEDULED, PROMOTED]))
    journal = draw(st.sampled_from([Journal(), asked(request_type)]))
    request = request_for(request_type, declared)
    made_by = {"Delete": ["Stop", "Delete"]}.get(request_type, ["Create", "Start", "Stop", "Delete", "Update"])
    for operation in draw(st.sets(st.sampled_from(made_by))):
        made = call(f"{operation}InferenceExperiment", request.name)
        draw(st.sampled_from([journal.record, journal.record_unknown_outcome]))(made, NOW)
    situation = situation_of(request, draw(st.sampled_from([*STATUSES, "Novel"])), journal, applied=applied)
    if situation.observed is not None:
        more = draw(st.sampled_from([{}, {PENDING_STOP: "Promote other"}, {LEASE: "1-update-x"}, {LAST_APPLIED: ""}]))
        tags = draw(st.sampled_from([{}, {**(situation.observed.tags or {}), **more}]))
        situation = replace(situation, observed=replace(situation.observed, tags=tags))
    predecessor = draw(st.sampled_from([*STATUSES, "Novel"]))
    if request.previous is None or predecessor == ABSENT:
        return situation
    request = replace(request, previous=replace(request.previous, name="before"))
    before = replace(experiment_of(predecessor, request, applied=applied), name="before")
    return replace(situation, request=request, observed_predecessor=before)


@settings(max_examples=1000)
@given(situations(), st.sampled_from([None, ENDPOINT_AS_BEFORE, ENDPOINT_PROMOTED]))
def test_no_step_needs_an_endpoint_that_was_not_asked_for(
    situation: Situation, endpoint: ObservedEndpoint | None
) -> None:
    needed = endpoints_needed(replace(situation, endpoints={}))

    plan(replace(situation, endpoints={name.casefold(): endpoint for name in needed}))
