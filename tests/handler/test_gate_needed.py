"""Which request reads the metrics, and what it does until it has them: a table."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.operations import STOP, UPDATE
from inference_experiment_handler.model.steps import Call, Done, Fail, Purpose, Step, Wait
from inference_experiment_handler.plan.needs import evidence_needed
from inference_experiment_handler.plan.planner import plan
from simulation.declarations import REMOVE
from tests.support.situations import (
    ABSENT,
    AS_IT_IS,
    ENDPOINT_UNDER_TEST,
    NOW,
    PROMOTED,
    asked,
    request_for,
    situation_of,
)

HELD = ("holds", "holds: 1 of 1 criterion")
OPEN = ("inconclusive", "inconclusive: 1 of 1 criterion (Running)")


def gate(at_least: str = "P1D", **more: Any) -> dict[str, Any]:
    """The test has run for two days."""
    return {"PromoteIf": {"Criteria": [{"Type": "Running", "AtLeast": at_least}], **more}}


def judged(verdict: tuple[str, str], seconds_ago: int) -> Journal:
    journal = asked("Update")
    journal.record_judgement(NOW - timedelta(seconds=seconds_ago), *verdict)
    return journal


def after(operation: str, journal: Journal) -> Journal:
    """The request has sent a call, and got no response."""
    journal.record_unknown_outcome(Call(operation, request_for("Update", PROMOTED).name, {}, "sent"), NOW)
    return journal


def updated(journal: Journal) -> Journal:
    journal.record(Call(UPDATE, request_for("Update", PROMOTED).name, {}, "sent"), NOW)
    return journal


def rejected(journal: Journal) -> Journal:
    """The request has recorded its intent to stop the test, and SageMaker has rejected the Stop."""
    name = request_for("Update", PROMOTED).name
    journal.record(Call("AddTags", name, {}, "intent", purpose=f"{Purpose.STOP} Promote"), NOW)
    journal.record_conflict(Call(STOP, name, {}, "sent"), "busy", NOW)
    return journal


@pytest.mark.parametrize(
    ("request_type", "properties", "status", "journal", "needed"),
    [
        ("Update", PROMOTED | gate(), "Running", asked("Update"), True),
        ("Create", PROMOTED | gate(), "Running", Journal(), True),
        # It may be a rollback.
        ("Update", PROMOTED | gate(), "Running", Journal(), False),
        ("Rollback", PROMOTED | gate(), "Running", asked("Rollback"), False),
        ("Delete", PROMOTED | gate(), "Running", Journal(), False),
        ("Update", PROMOTED, "Running", asked("Update"), False),
        ("Update", AS_IT_IS | gate(), "Running", asked("Update"), False),
        ("Update", PROMOTED | gate() | {"ModelVariantActions": REMOVE}, "Running", asked("Update"), False),
        ("Update", PROMOTED | gate(), "Created", asked("Update"), False),
        ("Update", PROMOTED | gate(), "Starting", asked("Update"), False),
        ("Update", PROMOTED | gate(), "Stopping", asked("Update"), False),
        ("Update", PROMOTED | gate(), "Completed", asked("Update"), False),
        ("Update", PROMOTED | gate(), ABSENT, asked("Update"), False),
        ("Update", PROMOTED | gate(), "Running", after(STOP, asked("Update")), False),
        ("Update", PROMOTED | gate(), "Running", judged(HELD, 59), False),
        ("Update", PROMOTED | gate(), "Running", judged(HELD, 60), True),
        ("Update", PROMOTED | gate(), "Running", updated(judged(HELD, 3000)), False),
        ("Update", PROMOTED | gate(), "Running", updated(judged(OPEN, 3000)), True),
        # Without a response, it is not known whether the update has changed anything.
        ("Update", PROMOTED | gate(), "Running", after(UPDATE, judged(HELD, 3000)), True),
        ("Update", PROMOTED | gate(), "Running", rejected(judged(HELD, 59)), False),
        ("Update", PROMOTED | gate(), "Running", rejected(judged(HELD, 60)), True),
        ("Update", PROMOTED | gate(), "Running", after(STOP, rejected(judged(HELD, 60))), False),
        ("Update", PROMOTED | gate(), "Running", judged(OPEN, 59), False),
        ("Update", PROMOTED | gate(), "Running", judged(OPEN, 60), True),
    ],
)
def test_the_metrics_are_read_only_for_a_promotion_that_may_still_be_refused(
    request_type: str, properties: dict[str, Any], status: str, journal: Journal, needed: bool
) -> None:
    situation = situation_of(request_for(request_type, properties), status, journal)

    assert (evidence_needed(situation) is not None) is needed


def test_the_metrics_are_not_read_while_the_endpoint_is_updated() -> None:
    updating = replace(ENDPOINT_UNDER_TEST, status="Updating")
    situation = situation_of(request_for("Update", PROMOTED | gate()), "Running", asked("Update"), endpoint=updating)

    assert evidence_needed(situation) is None
    step = plan(situation)
    assert isinstance(step, Wait)
    assert step.leaves_untouched


def step_of(properties: dict[str, Any], journal: Journal, *, evidence: bool = True, kind: str = "Update") -> Step:
    situation = situation_of(request_for(kind, properties), "Running", journal)
    return plan(replace(situation, evidence=Evidence(NOW)) if evidence else situation)


def test_it_is_asked_first_whether_this_is_a_rollback() -> None:
    step = step_of(PROMOTED | gate(), Journal(), evidence=False)

    assert isinstance(step, Call)
    assert step.operation == "DescribeStacks"


def test_without_a_judgement_it_waits_and_touches_nothing() -> None:
    for journal in (asked("Update"), judged(OPEN, 10)):
        step = step_of(PROMOTED | gate("P9D", Patience="PT1H"), journal, evidence=False)
        assert isinstance(step, Wait)
        assert step.leaves_untouched


def test_an_inconclusive_one_is_waited_for_only_with_patience() -> None:
    assert isinstance(step_of(PROMOTED | gate("P9D"), asked("Update")), Fail)
    assert isinstance(step_of(PROMOTED | gate("P9D", Patience="PT1H"), asked("Update")), Wait)


@pytest.mark.parametrize("evidence", [True, False])
def test_one_that_holds_goes_on(evidence: bool) -> None:
    journal = asked("Update") if evidence else judged(HELD, 30)

    step = step_of(PROMOTED | gate(), journal, evidence=evidence)

    assert isinstance(step, Call)
    assert step.operation == "AddTags"


def test_a_rollback_is_done_without_a_judgement() -> None:
    step = step_of(PROMOTED | gate(), asked("Rollback"), kind="Rollback", evidence=False)

    assert isinstance(step, Call | Done)
    assert not isinstance(step, Call) or step.operation == "AddTags"


def test_a_time_after_the_scheduled_end_is_said() -> None:
    step = step_of(PROMOTED | gate("P9D"), asked("Update"))

    assert isinstance(step, Fail)
    assert "Until then, the test must run longer, or get more requests." in step.reason
    assert "after the scheduled end of the test at 2030-01-08T00:00:00Z" in step.reason
