"""Statuses that SageMaker may come to have: what follows from their phase, and what from none."""

from dataclasses import replace

import pytest

from inference_experiment_handler.model import status
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.status import Phase
from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.plan.planner import plan
from tests.support.situations import AS_IT_IS, CALLED_OFF, asked, kind, planned, request_for, situation_of

STATUS = "Novel"


def step_of(request_type: str, status: str = STATUS, *, declared: dict[str, object] = AS_IT_IS) -> Step:
    request = request_for(request_type, declared)
    situation = situation_of(request, status, asked(request_type))
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

    tried = []
    while isinstance(step := planned(situation), Call):
        tried.append(kind(step))
        journal.record_conflict(step, situation.now)

    assert tried == ["STOP", "DELETE"]
    assert kind(step) == "WAIT"
    assert STATUS in step.why
    late = plan(replace(situation, now=request.deadline))
    assert kind(late) == "FAIL"
    assert STATUS in late.why


def test_a_delete_waits_for_a_stop_that_was_accepted_in_an_unknown_status() -> None:
    request, journal = deletion()
    situation = situation_of(request, STATUS, journal)
    step = planned(situation)
    assert isinstance(step, Call)
    journal.record(step, situation.now)

    assert kind(plan(situation)) == "WAIT"
    assert kind(plan(replace(situation, now=request.deadline - (request.deadline - situation.now) / 4))) == "WAIT"


@pytest.mark.parametrize(("then", "expected"), [("Running", "STOP"), ("Created", "DELETE"), ("Completed", "DELETE")])
def test_what_was_in_conflict_in_an_unknown_status_is_tried_again_once_it_has_passed(then: str, expected: str) -> None:
    request, journal = deletion()
    situation = situation_of(request, STATUS, journal)
    while isinstance(step := planned(situation), Call):
        journal.record_conflict(step, situation.now)

    later = situation.now + (request.deadline - situation.now) / 2
    passed = replace(situation_of(request, then, journal), now=later)

    assert kind(planned(passed)) == expected
