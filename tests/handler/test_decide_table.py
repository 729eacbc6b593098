"""``decide`` walked through as a table: every status (and absence) against every request.

The lifecycle tests show what becomes of a request in the end; here each cell is one decision, without a service.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import Endpoint, Experiment, Served, Status
from inference_experiment_handler.model.steps import Call, Fail, Step, Wait
from inference_experiment_handler.observer import Observation, Sight
from inference_experiment_handler.plan import fields
from inference_experiment_handler.plan.planner import decide
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.runtime.event import Request
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


def sight_of(status: str, request: Request, *, applied: dict[str, Any]) -> Sight:
    experiment = Experiment(
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
    )
    declaration = request_for("Create", applied).declaration
    assert declaration is not None
    written = ownership.written(fields.applied_by(declaration))
    return Sight(experiment, {**request.owner.tags, ownership.APPLIED: written, ownership.REQUEST: request.token})


ENDPOINT_AS_BEFORE = Endpoint(
    ENDPOINT, "InService", "before", (Served(PRODUCTION, 1, CHAMPION, INSTANCE_TYPE),), (), ""
)
ENDPOINT_PROMOTED = replace(ENDPOINT_AS_BEFORE, production=(Served(SHADOW, 1, CHALLENGER, INSTANCE_TYPE),))


def asked(request_type: str) -> Progress:
    """A request that has just asked CloudFormation for the stack's status."""
    progress = Progress()
    progress.record_stack(STATUS_DURING[request_type], None, NOW)
    return progress


def kind(step: Step) -> str:
    if isinstance(step, Call):
        return step.operation.removesuffix("InferenceExperiment").removeprefix("Add").removesuffix("s").upper()
    return type(step).__name__.upper()


def decided(request: Request, seen: Observation, progress: Progress) -> Step:
    """The step after what is written down on the tags before it."""
    step = decide(request, seen, progress)
    while isinstance(step, Call) and step.operation == "AddTags" and step.purpose:
        progress.record(step, seen.now)
        step = decide(request, seen, progress)
    return step


@pytest.mark.parametrize(("request_type", "name", "status", "expected"), CELLS)
def test_each_cell(request_type: str, name: str, status: str, expected: str) -> None:
    declaration = DECLARATIONS[name]
    request = request_for(request_type, declaration)
    # A Create finds what it has created itself (or a crashed twin of it has); an Update what was applied before.
    applied = declaration if request_type == "Create" else AS_IT_IS
    sight = None if status == ABSENT else sight_of(status, request, applied=applied)
    promoted = name == "promoted" and request_type == "Create"
    seen = Observation(NOW, sight, None, {ENDPOINT: ENDPOINT_PROMOTED if promoted else ENDPOINT_AS_BEFORE})

    assert kind(decided(request, seen, asked(request_type))) == expected


def test_the_table_knows_every_status() -> None:
    assert set(STATUSES) == {ABSENT, *Status}


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_status_that_nobody_knows_is_a_failure(request_type: str) -> None:
    request = request_for(request_type, AS_IT_IS)

    step = decide(request, Observation(NOW, sight_of("Paused", request, applied=AS_IT_IS)), Progress())

    assert isinstance(step, Fail)
    assert "'Paused'" in step.reason


@pytest.mark.parametrize(("request_type", "name", "status"), [cell[:3] for cell in CELLS if cell[3] == "WAIT"])
def test_after_the_deadline_nobody_waits(request_type: str, name: str, status: str) -> None:
    request = request_for(request_type, DECLARATIONS[name])
    late = Observation(
        request.deadline, sight_of(status, request, applied=AS_IT_IS), None, {ENDPOINT: ENDPOINT_AS_BEFORE}
    )

    step = decide(request, late, Progress())

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
    declaration = DECLARATIONS[name]
    request = request_for(request_type, declaration)
    sight = None if status == ABSENT else sight_of(status, request, applied=AS_IT_IS)
    seen = Observation(NOW, sight, None, {ENDPOINT: ENDPOINT_AS_BEFORE})
    progress = asked(request_type)
    first = decided(request, seen, progress)
    assert isinstance(first, Call)
    progress.record(first, NOW)

    soon = decide(request, replace(seen, now=NOW + timedelta(seconds=9)), progress)
    progress.stack = (STATUS_DURING[request_type], (NOW + timedelta(minutes=10)).isoformat())
    later = decide(request, replace(seen, now=NOW + timedelta(minutes=10)), progress)

    assert isinstance(soon, Wait)
    assert isinstance(later, Fail)


@pytest.mark.parametrize("status", [status for status in STATUSES if status != ABSENT])
@pytest.mark.parametrize("request_type", ["Create", "Update", "Rollback", "Delete"])
def test_a_foreign_experiment_gets_no_call(request_type: str, status: str) -> None:
    for name, declaration in DECLARATIONS.items():
        request = replace(request_for(request_type, declaration), generated_names=frozenset())
        own = sight_of(status, request, applied=AS_IT_IS)
        for tags in ({}, {ownership.STACK_ID: "another", ownership.LOGICAL_ID: "ShadowTest"}):
            seen = Observation(NOW, Sight(own.experiment, tags), None, {ENDPOINT: ENDPOINT_AS_BEFORE})
            step = decide(request, seen, asked(request_type))
            assert not isinstance(step, Call), (name, step)


@pytest.mark.parametrize(("request_type", "name", "status", "expected"), CELLS)
def test_a_hand_over_changes_no_decision(request_type: str, name: str, status: str, expected: str) -> None:
    request = request_for(request_type, DECLARATIONS[name])
    sight = None if status == ABSENT else sight_of(status, request, applied=AS_IT_IS)
    seen = Observation(NOW, sight, None, {ENDPOINT: ENDPOINT_AS_BEFORE})
    progress = asked(request_type)
    first = decide(request, seen, progress)
    if isinstance(first, Call):
        progress.record(first, NOW)
        progress.record_unanswered(first, NOW)
        progress.record_refusal(first, NOW)
    progress.record_denial("DescribeEndpoint", NOW)
    progress.record_look(exists=sight is not None, alive=False)

    handed_over = Progress.from_json(json.loads(json.dumps(progress.to_json())))

    assert decide(request, seen, handed_over) == decide(request, seen, progress)
