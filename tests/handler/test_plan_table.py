"""``plan`` walked through as a table: every status (and absence) against every request.

The lifecycle tests show what becomes of a request in the end; here each cell is one decision, without a service.
"""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.operations import STOP
from inference_experiment_handler.model.steps import Call, Fail, Wait
from inference_experiment_handler.model.tags import LOGICAL_ID
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from inference_experiment_handler.plan.planner import plan
from tests.support.situations import (
    ABSENT,
    AS_IT_IS,
    CALLED_OFF,
    CHANGED,
    ENDPOINT_PROMOTED,
    KEPT,
    NOW,
    PROMOTED,
    REFUSED,
    SCHEDULED,
    STATUSES,
    asked,
    experiment_of,
    kind,
    planned,
    request_for,
    situation_of,
)
from tests.support.stack import STATUS_DURING

TABLE: dict[tuple[str, str], str] = {
    #                               absent Creating Created  Updating Starting Running Stopping Completed Cancelled
    ("Create", "as it is"):        "CREATE WAIT     START    WAIT     WAIT     DONE    WAIT     DONE      FAIL",
    ("Create", "scheduled"):       "CREATE WAIT     DONE     WAIT     WAIT     DONE    WAIT     DONE      FAIL",
    ("Create", "promoted"):        "FAIL   WAIT     FAIL     WAIT     WAIT     STOP    WAIT     DONE      FAIL",
    ("Create", "called off"):      "FAIL   WAIT     STOP     WAIT     WAIT     STOP    WAIT     FAIL      DONE",
    ("Update", "as it is"):        "CREATE WAIT     START    WAIT     WAIT     DONE    WAIT     DONE      DONE",
    ("Update", "changed"):         "CREATE WAIT     UPDATE   WAIT     WAIT     UPDATE  WAIT     FAIL      FAIL",
    ("Update", "refused"):         "CREATE WAIT     FAIL     WAIT     WAIT     FAIL    WAIT     FAIL      FAIL",
    ("Update", "scheduled"):       "CREATE WAIT     UPDATE   WAIT     WAIT     FAIL    WAIT     FAIL      FAIL",
    ("Update", "promoted"):        "FAIL   WAIT     FAIL     WAIT     WAIT     STOP    WAIT     FAIL      FAIL",
    ("Update", "called off"):      "DONE   WAIT     STOP     WAIT     WAIT     STOP    WAIT     FAIL      TAG",
    ("Rollback", "as it is"):      "CREATE WAIT     START    WAIT     WAIT     DONE    WAIT     DONE      DONE",
    ("Rollback", "changed"):       "CREATE WAIT     UPDATE   WAIT     WAIT     UPDATE  WAIT     DONE      DONE",
    ("Rollback", "refused"):       "CREATE WAIT     DONE     WAIT     WAIT     DONE    WAIT     DONE      DONE",
    ("Rollback", "scheduled"):     "CREATE WAIT     UPDATE   WAIT     WAIT     DONE    WAIT     DONE      DONE",
    ("Rollback", "promoted"):      "DONE   WAIT     DONE     WAIT     WAIT     STOP    WAIT     DONE      DONE",
    ("Rollback", "called off"):    "DONE   WAIT     STOP     WAIT     WAIT     STOP    WAIT     DONE      TAG",
    ("Delete", "as it is"):        "DONE   WAIT     STOP     WAIT     WAIT     STOP    WAIT     DELETE    DELETE",
    ("Delete", "keeps the record"): "DONE   WAIT     STOP     WAIT     WAIT     STOP    WAIT     DONE      DONE",
}  # fmt: skip
DECLARATIONS = {
    "as it is": AS_IT_IS,
    "changed": CHANGED,
    "refused": REFUSED,
    "scheduled": SCHEDULED,
    "promoted": PROMOTED,
    "called off": CALLED_OFF,
    "keeps the record": KEPT,
}
for _key, _row in TABLE.items():
    assert len(_row.split()) == len(STATUSES), f"{_key}: must have one cell for each of {', '.join(STATUSES)}"

CELLS = [
    (request_type, name, status, expected)
    for (request_type, name), row in TABLE.items()
    for status, expected in zip(STATUSES, row.split(), strict=True)
]


@pytest.mark.parametrize(("request_type", "name", "status", "expected"), CELLS)
def test_each_cell(request_type: str, name: str, status: str, expected: str) -> None:
    declaration = DECLARATIONS[name]
    request = request_for(request_type, declaration)
    # A Create finds what it has created itself (or a crashed twin of it has); an Update what was applied before.
    applied = declaration if request_type == "Create" else AS_IT_IS
    promoted = name == "promoted" and request_type == "Create"
    situation = situation_of(
        request,
        status,
        asked(request_type),
        applied=applied,
        endpoint=ENDPOINT_PROMOTED if promoted and status == "Completed" else None,
    )

    assert kind(planned(situation)) == expected


@pytest.mark.parametrize(("request_type", "name", "status"), [cell[:3] for cell in CELLS if cell[3] == "WAIT"])
def test_after_the_deadline_nobody_waits(request_type: str, name: str, status: str) -> None:
    request = request_for(request_type, DECLARATIONS[name])

    step = plan(replace(situation_of(request, status, Journal()), now=request.deadline))

    assert isinstance(step, Fail)
    assert status in step.reason


@pytest.mark.parametrize(
    ("request_type", "name", "status"),
    [
        (request_type, name, status)
        for request_type, name, status, expected in CELLS
        if expected not in ("WAIT", "DONE", "FAIL", "TAG")
    ],
)
def test_no_call_is_made_twice(request_type: str, name: str, status: str) -> None:
    request = request_for(request_type, DECLARATIONS[name])
    journal = asked(request_type)
    situation = situation_of(request, status, journal)
    first = planned(situation)
    assert isinstance(first, Call)
    journal.record(first, NOW)

    soon = plan(replace(situation, now=NOW + timedelta(seconds=9)))
    journal.stack = (STATUS_DURING[request_type], (NOW + timedelta(minutes=10)).isoformat())
    later = plan(replace(situation, now=NOW + timedelta(minutes=10)))

    assert isinstance(soon, Wait)
    # A Stop may show late, and is waited for until the deadline.
    assert isinstance(later, Wait if first.operation == STOP else Fail)


@pytest.mark.parametrize("status", [status for status in STATUSES if status != ABSENT])
@pytest.mark.parametrize("request_type", ["Create", "Update", "Rollback", "Delete"])
def test_a_foreign_experiment_gets_no_call(request_type: str, status: str) -> None:
    for name, declaration in DECLARATIONS.items():
        request = replace(request_for(request_type, declaration), generated_names=frozenset())
        own = experiment_of(status, request, applied=AS_IT_IS)
        for tags in ({}, {STACK_TAG: "another", LOGICAL_ID: "ShadowTest"}):
            foreign = replace(situation_of(request, status, asked(request_type)), observed=replace(own, tags=tags))
            step = plan(foreign)
            assert not isinstance(step, Call), (name, step)


@pytest.mark.parametrize(("request_type", "name", "status", "expected"), CELLS)
def test_a_handover_changes_no_decision(request_type: str, name: str, status: str, expected: str) -> None:
    request = request_for(request_type, DECLARATIONS[name])
    journal = asked(request_type)
    situation = situation_of(request, status, journal)
    first = plan(situation)
    if isinstance(first, Call):
        journal.record(first, NOW)
        journal.record_unknown_outcome(first, NOW)
        journal.record_conflict(first, "ConflictException", NOW)
    journal.retry_is_over("DescribeEndpoint", NOW)
    journal.record_observation(exists=status != ABSENT, alive=False)

    handed_over = Journal.from_json(json.loads(json.dumps(journal.to_json())))

    assert plan(replace(situation, journal=handed_over)) == plan(situation)
