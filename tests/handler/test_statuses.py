"""Statuses that SageMaker may add: what follows from their phase, and from an unknown one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from inference_experiment_handler.model import status
from inference_experiment_handler.model.journal import RETRY_WINDOW, Journal
from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.status import Phase
from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.model.tags import LEASE
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.situation import Situation
from tests.support.situations import (
    AS_IT_IS,
    CALLED_OFF,
    KEPT,
    NOW,
    PROMOTED,
    asked,
    experiment_of,
    kind,
    planned,
    request_for,
    situation_of,
)

STATUS = "Novel"


def step_of(request_type: str, *, declared: dict[str, object] = AS_IT_IS) -> Step:
    request = request_for(request_type, declared)
    situation = situation_of(request, STATUS, asked(request_type))
    assert situation.observed is not None
    reported = replace(situation.observed, status_reason="no capacity")
    return planned(replace(situation, observed=reported))


@pytest.mark.parametrize("request_type", ["Create", "Update"])
@pytest.mark.parametrize("phase", [None, Phase.AT_REST, Phase.ENDED])
def test_create_and_update_fail_by_the_name_of_a_status_that_nothing_is_planned_for(
    request_type: str, phase: Phase | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if phase is not None:
        monkeypatch.setitem(status._PHASES, STATUS, phase)

    step = step_of(request_type)

    assert kind(step) == "FAIL"
    assert STATUS in step.why
    assert "no capacity" in step.why


@pytest.mark.parametrize("phase", [None, Phase.AT_REST, Phase.ENDED])
def test_a_rollback_gets_through(phase: Phase | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if phase is not None:
        monkeypatch.setitem(status._PHASES, STATUS, phase)

    assert kind(step_of("Rollback")) == "DONE"
    assert kind(step_of("Rollback", declared=CALLED_OFF)) == "DONE"


@pytest.mark.parametrize("request_type", ["Create", "Update", "Rollback", "Delete"])
def test_a_transition_is_waited_out(request_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(status._PHASES, STATUS, Phase.IN_TRANSITION)

    assert kind(step_of(request_type)) == "WAIT"


def test_a_delete_removes_what_has_ended_whatever_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(status._PHASES, STATUS, Phase.ENDED)

    assert kind(step_of("Delete")) == "DELETE"


def deletion() -> tuple[Request, Journal]:
    return request_for("Delete", AS_IT_IS), asked("Delete")


def test_a_delete_tries_what_may_be_legal_in_an_unknown_status_and_then_waits() -> None:
    request, journal = deletion()
    situation = situation_of(request, STATUS, journal)

    assert tried_in_conflict(situation, times=3) == ["STOP", "DELETE", "STOP"]
    later = replace(situation, now=situation.now + 2 * RETRY_WINDOW)
    step = plan(later)
    assert kind(step) == "WAIT"
    assert STATUS in step.why
    late = plan(replace(situation, now=request.deadline))
    assert kind(late) == "FAIL"
    assert STATUS in late.why


def test_a_record_that_is_to_stay_is_not_deleted_in_an_unknown_status() -> None:
    journal = asked("Delete")
    situation = situation_of(request_for("Delete", KEPT), STATUS, journal)

    assert tried_in_conflict(situation, times=3) == ["STOP", "STOP", "STOP"]


def tried_in_conflict(situation: Situation, *, times: int) -> list[str]:
    """What is called where SageMaker says that each call is in conflict."""
    tried = []
    for _ in range(times):
        step = planned(situation)
        assert isinstance(step, Call)
        tried.append(kind(step))
        situation.journal.record_conflict(step, "ConflictException", situation.now)
    return tried


def test_a_delete_waits_for_a_stop_that_was_accepted_in_an_unknown_status() -> None:
    request, journal = deletion()
    situation = situation_of(request, STATUS, journal)
    step = planned(situation)
    assert isinstance(step, Call)
    journal.record(step, situation.now)

    assert kind(plan(situation)) == "WAIT"
    assert kind(plan(replace(situation, now=request.deadline - (request.deadline - situation.now) / 4))) == "WAIT"


@pytest.mark.parametrize(("then", "expected"), [("Running", "STOP"), ("Created", "STOP"), ("Completed", "DELETE")])
def test_what_was_in_conflict_in_an_unknown_status_is_tried_again_once_it_has_passed(then: str, expected: str) -> None:
    request, journal = deletion()
    situation = situation_of(request, STATUS, journal)
    tried_in_conflict(situation, times=2)

    later = situation.now + (request.deadline - situation.now) / 2
    passed = replace(situation_of(request, then, journal), now=later)

    assert kind(planned(passed)) == expected


@pytest.mark.parametrize("then", ["Running", "Created", "Another"])
def test_a_stop_that_was_accepted_in_an_unknown_status_is_waited_for_in_the_next_one(then: str) -> None:
    # An accepted Stop may show late, and would be in conflict with another one.
    request, journal = deletion()
    step = planned(situation_of(request, STATUS, journal))
    assert kind(step) == "STOP"
    assert isinstance(step, Call)
    journal.record(step, NOW)

    later = NOW + (request.deadline - NOW) / 2

    assert kind(plan(replace(situation_of(request, then, journal), now=later))) == "WAIT"


def test_a_stop_that_was_accepted_is_waited_for_in_an_unknown_status() -> None:
    request, journal = deletion()
    step = planned(situation_of(request, "Running", journal))
    assert kind(step) == "STOP"
    assert isinstance(step, Call)
    journal.record(step, NOW)

    assert kind(plan(situation_of(request, STATUS, journal))) == "WAIT"


def test_the_time_of_a_start_that_was_accepted_is_not_recorded_again() -> None:
    situation = situation_of(request_for("Create", AS_IT_IS), "Created", asked("Create"))
    step = planned(situation)
    assert kind(step) == "START"
    assert isinstance(step, Call)
    situation.journal.record(step, situation.now)

    later = plan(replace(situation, now=situation.now + timedelta(minutes=5)))

    assert kind(later) == "FAIL"
    assert "is still Created after StartInferenceExperiment" in later.why


def test_a_conclusion_waits_in_an_unknown_status_after_its_stop() -> None:
    request, journal = request_for("Update", PROMOTED), asked("Update")
    situation = situation_of(request, "Running", journal)
    step = planned(situation)
    assert kind(step) == "STOP"
    assert isinstance(step, Call)
    journal.record(step, situation.now)

    waiting = plan(situation_of(request, STATUS, journal))

    assert kind(waiting) == "WAIT"
    assert STATUS in waiting.why


@pytest.mark.parametrize("own", ["absent", "Created", "Running"])
def test_a_run_of_unknown_status_is_not_replaced(own: str) -> None:
    situation = replacement(own, "Update")

    step = planned(situation)

    assert kind(step) == "FAIL"
    assert f"the-one-before has status '{STATUS}'" in step.why


@pytest.mark.parametrize(("own", "expected"), [("absent", "WAIT"), ("Creating", "WAIT"), ("Running", "DONE")])
def test_a_run_that_has_a_new_one_in_its_place_may_come_to_an_unknown_status(own: str, expected: str) -> None:
    situation = replacement(own, "Update")
    situation.journal.record(Call(CREATE, situation.request.name, {}, "there is no experiment"), situation.now)

    assert kind(planned(situation)) == expected


def test_a_rollback_from_a_run_of_unknown_status_leaves_it_to_cloudformations_delete() -> None:
    assert kind(planned(replacement("Running", "Rollback"))) == "DONE"


def replacement(own: str, request_type: str) -> Situation:
    """An Update to another run on the same endpoint, while the one before has an unknown status."""
    request = request_for(request_type, AS_IT_IS)
    assert request.previous is not None
    previous = replace(request.previous, name="the-one-before")
    request = replace(request, previous=previous, physical_id="the-one-before")
    situation = situation_of(request, own, asked(request_type))
    before = replace(experiment_of(STATUS, request, applied=AS_IT_IS), name="the-one-before")
    return replace(situation, observed_predecessor=before)


def test_a_rollback_that_leaves_it_supersedes_an_older_request() -> None:
    request = request_for("Rollback", AS_IT_IS)
    situation = situation_of(request, STATUS, asked("Rollback"))
    assert situation.observed is not None
    older = replace(situation.observed, tags={**(situation.observed.tags or {}), LEASE: "1-update-older"})

    step = plan(replace(situation, observed=older))

    assert isinstance(step, Call)
    assert step.arguments["Tags"] == [{"Key": LEASE, "Value": request.token}]
