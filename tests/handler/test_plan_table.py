"""``plan`` walked through as a table: every status (and absence) against every request.

The lifecycle tests show what becomes of a request in the end; here each cell is one decision, without a service.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.model.tags import LAST_APPLIED, LEASE, LOGICAL_ID
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from inference_experiment_handler.plan import last_applied
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.spec.declaration import ModelVariant
from tests.support.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    SHADOW,
    as_sent,
    declared,
)
from tests.support.stack import STACK_ID, STATUS_DURING

NOW = datetime(2030, 1, 3, tzinfo=UTC)
START, END = NOW - timedelta(days=2), NOW + timedelta(days=5)
ABSENT = "absent"
AS_IT_IS = declared(Schedule={"EndTime": END.isoformat()})
CHANGED = AS_IT_IS | declared(Schedule=AS_IT_IS["Schedule"], sampling=50)
REFUSED = AS_IT_IS | {"KmsKey": "alias/other"}
SCHEDULED = AS_IT_IS | {"Schedule": {"StartTime": (NOW + timedelta(days=1)).isoformat(), "EndTime": END.isoformat()}}
PROMOTED = AS_IT_IS | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
KEPT = AS_IT_IS | {"OnDelete": {"Record": "Retain"}}

CALLED_OFF = AS_IT_IS | {"DesiredState": "Cancelled"}

TABLE: dict[tuple[str, str], str] = {
    #                               absent Creating Created  Starting Running Updating Stopping Completed Cancelled
    ("Create", "as it is"):        "CREATE WAIT     START    WAIT     DONE    WAIT     WAIT     DONE      FAIL",
    ("Create", "scheduled"):       "CREATE WAIT     DONE     WAIT     FAIL    WAIT     WAIT     DONE      FAIL",
    ("Create", "promoted"):        "FAIL   WAIT     FAIL     WAIT     STOP    WAIT     WAIT     DONE      FAIL",
    ("Create", "called off"):      "FAIL   WAIT     STOP     WAIT     STOP    WAIT     WAIT     FAIL      DONE",
    ("Update", "as it is"):        "CREATE WAIT     START    WAIT     DONE    WAIT     WAIT     DONE      DONE",
    ("Update", "changed"):         "CREATE WAIT     UPDATE   WAIT     UPDATE  WAIT     WAIT     FAIL      FAIL",
    ("Update", "refused"):         "CREATE WAIT     FAIL     WAIT     FAIL    WAIT     WAIT     FAIL      FAIL",
    ("Update", "scheduled"):       "CREATE WAIT     UPDATE   WAIT     FAIL    WAIT     WAIT     FAIL      FAIL",
    ("Update", "promoted"):        "FAIL   WAIT     FAIL     WAIT     STOP    WAIT     WAIT     FAIL      FAIL",
    ("Update", "called off"):      "DONE   WAIT     STOP     WAIT     STOP    WAIT     WAIT     FAIL      TAG",
    ("Rollback", "as it is"):      "CREATE WAIT     START    WAIT     DONE    WAIT     WAIT     DONE      DONE",
    ("Rollback", "changed"):       "CREATE WAIT     UPDATE   WAIT     UPDATE  WAIT     WAIT     DONE      DONE",
    ("Rollback", "refused"):       "CREATE WAIT     DONE     WAIT     DONE    WAIT     WAIT     DONE      DONE",
    ("Rollback", "scheduled"):     "CREATE WAIT     UPDATE   WAIT     DONE    WAIT     WAIT     DONE      DONE",
    ("Rollback", "promoted"):      "DONE   WAIT     DONE     WAIT     STOP    WAIT     WAIT     DONE      DONE",
    ("Rollback", "called off"):    "DONE   WAIT     STOP     WAIT     STOP    WAIT     WAIT     DONE      TAG",
    ("Delete", "as it is"):        "DONE   WAIT     DELETE   WAIT     STOP    WAIT     WAIT     DELETE    DELETE",
    ("Delete", "keeps the record"): "DONE   WAIT     STOP     WAIT     STOP    WAIT     WAIT     DONE      DONE",
}  # fmt: skip
STATUSES = (ABSENT, *("Creating", "Created", "Starting", "Running", "Updating", "Stopping", "Completed", "Cancelled"))
DECLARATIONS = {
    "as it is": AS_IT_IS,
    "changed": CHANGED,
    "refused": REFUSED,
    "scheduled": SCHEDULED,
    "promoted": PROMOTED,
    "called off": CALLED_OFF,
    "keeps the record": KEPT,
}
CELLS = [
    (request_type, name, status, expected)
    for (request_type, name), row in TABLE.items()
    for status, expected in zip(STATUSES, row.split(), strict=True)
]


def request_for(request_type: str, properties: dict[str, Any]) -> Request:
    kind = "Update" if request_type == "Rollback" else request_type
    event = {
        "RequestType": kind,
        "RequestId": "r",
        "ResponseURL": "https://cloudformation.test/1",
        "StackId": STACK_ID,
        "LogicalResourceId": "ShadowTest",
        "ResourceProperties": as_sent(properties),
    }
    if kind == "Update":
        event["OldResourceProperties"] = as_sent(AS_IT_IS)
    parsed = events.parse(event, NOW)
    return replace(parsed, physical_id=parsed.name) if request_type != "Create" else parsed


def experiment_of(status: str, request: Request, *, applied: dict[str, Any]) -> ObservedExperiment:
    desired = request_for("Create", applied).desired
    assert desired is not None
    written = last_applied.to_tag(last_applied.digests_of(desired))
    return ObservedExperiment(
        name=request.name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/{request.name}",
        status=status,
        type="ShadowMode",
        role_arn=AS_IT_IS["RoleArn"],
        endpoint_name=ENDPOINT,
        production_name=PRODUCTION,
        shadow_name=SHADOW,
        sampling_percentage=10,
        variants={
            PRODUCTION: ModelVariant(PRODUCTION, CHAMPION, INSTANCE_TYPE, 1),
            SHADOW: ModelVariant(SHADOW, CHALLENGER, INSTANCE_TYPE, 1),
        },
        start=NOW + timedelta(days=1) if applied is SCHEDULED else START,
        end=END,
        created=START,
        concluded=NOW if status in ("Completed", "Cancelled") else None,
        tags={**request.owner.tags, LAST_APPLIED: written, LEASE: request.token},
    )


ENDPOINT_AS_BEFORE = ObservedEndpoint(
    ENDPOINT, "InService", "before", (ServedVariant(PRODUCTION, 1, CHAMPION, INSTANCE_TYPE),), (), ""
)
ENDPOINT_PROMOTED = replace(ENDPOINT_AS_BEFORE, production=(ServedVariant(SHADOW, 1, CHALLENGER, INSTANCE_TYPE),))


def situation_of(
    request: Request,
    status: str,
    journal: Journal,
    *,
    applied: dict[str, Any] = AS_IT_IS,
    endpoint: ObservedEndpoint = ENDPOINT_AS_BEFORE,
) -> Situation:
    observed = None if status == ABSENT else experiment_of(status, request, applied=applied)
    return Situation(request, journal, NOW, observed, endpoints={ENDPOINT: endpoint})


def asked(request_type: str) -> Journal:
    """A request that has just asked CloudFormation for the stack's status."""
    journal = Journal()
    journal.record_stack(STATUS_DURING[request_type], None, NOW)
    return journal


def kind(step: Step) -> str:
    if isinstance(step, Call):
        return step.operation.removesuffix("InferenceExperiment").removeprefix("Add").removesuffix("s").upper()
    return type(step).__name__.upper()


def planned(situation: Situation) -> Step:
    """The step after what is written down on the tags before it."""
    step = plan(situation)
    while isinstance(step, Call) and step.operation == "AddTags" and step.purpose:
        situation.journal.record(step, situation.now)
        step = plan(situation)
    return step


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
        endpoint=ENDPOINT_PROMOTED if promoted else ENDPOINT_AS_BEFORE,
    )

    assert kind(planned(situation)) == expected


def test_the_table_knows_every_status() -> None:
    assert set(STATUSES) == {ABSENT, *Status}


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_status_that_nobody_knows_is_a_failure(request_type: str) -> None:
    request = request_for(request_type, AS_IT_IS)

    step = plan(situation_of(request, "Paused", Journal()))

    assert isinstance(step, Fail)
    assert "'Paused'" in step.reason


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
    assert isinstance(later, Fail)


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
        journal.record_conflict(first, NOW)
    journal.record_retry("DescribeEndpoint", NOW)
    journal.record_observation(exists=status != ABSENT, alive=False)

    handed_over = Journal.from_json(json.loads(json.dumps(journal.to_json())))

    assert plan(replace(situation, journal=handed_over)) == plan(situation)
