"""Situations as the planner finds them, without a service: a request, a status, what was applied before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.status import Phase, Status, phase_of
from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.model.tags import LAST_APPLIED, LEASE
from inference_experiment_handler.plan import last_applied
from inference_experiment_handler.plan.planner import plan
from inference_experiment_handler.plan.resolution import resolve_by_endpoint
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.runtime import event as events
from inference_experiment_handler.spec import parser
from inference_experiment_handler.spec.declaration import Desired, ModelVariant
from simulation.cloudformation import STACK_ID, as_sent
from simulation.declarations import CHALLENGER, CHAMPION, ENDPOINT, INSTANCE_TYPE, PRODUCTION, PROMOTE, SHADOW, declared
from tests.support.stack import STATUS_DURING

NOW = datetime(2030, 1, 3, tzinfo=UTC)
START, END = NOW - timedelta(days=2), NOW + timedelta(days=5)
ABSENT = "absent"
AS_IT_IS = declared(Schedule={"EndTime": END.isoformat()})
CHANGED = AS_IT_IS | declared(Schedule=AS_IT_IS["Schedule"], sampling=50)
REFUSED = AS_IT_IS | {"KmsKey": "alias/other"}
SCHEDULED = AS_IT_IS | {"Schedule": {"StartTime": (NOW + timedelta(days=1)).isoformat(), "EndTime": END.isoformat()}}
PROMOTED = AS_IT_IS | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
KEPT = AS_IT_IS | {"OnDelete": {"Record": "Retain"}}

STATUSES = (ABSENT, *Status)
"""The columns of a table of situations."""
CALLED_OFF = AS_IT_IS | {"DesiredState": "Cancelled"}


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


def desired_of(properties: dict[str, Any]) -> Desired:
    """What is desired by properties that leave nothing open."""
    desired = resolve_by_endpoint(parser.parse(properties), None)
    assert desired is not None
    return desired


def experiment_of(status: str, request: Request, *, applied: dict[str, Any]) -> ObservedExperiment:
    written = last_applied.to_tag(last_applied.digests_of(desired_of(applied)))
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
        concluded=NOW if phase_of(status) is Phase.ENDED else None,
        tags={**request.owner.tags, LAST_APPLIED: written, LEASE: request.token},
    )


ENDPOINT_AS_BEFORE = ObservedEndpoint(
    ENDPOINT, "InService", "before", (ServedVariant(PRODUCTION, 1, CHAMPION, INSTANCE_TYPE),), (), ""
)
ENDPOINT_UNDER_TEST = replace(ENDPOINT_AS_BEFORE, shadows=(ServedVariant(SHADOW, 1, CHALLENGER, INSTANCE_TYPE),))
ENDPOINT_PROMOTED = replace(ENDPOINT_AS_BEFORE, production=(ServedVariant(SHADOW, 1, CHALLENGER, INSTANCE_TYPE),))


def situation_of(
    request: Request,
    status: str,
    journal: Journal,
    *,
    applied: dict[str, Any] = AS_IT_IS,
    endpoint: ObservedEndpoint | None = None,
    now: datetime = NOW,
) -> Situation:
    """``endpoint``: as the status has it, if omitted."""
    usual = ENDPOINT_UNDER_TEST if status == "Running" else ENDPOINT_AS_BEFORE
    observed = None if status == ABSENT else experiment_of(status, request, applied=applied)
    return Situation(request, journal, now, observed, endpoints={ENDPOINT: endpoint or usual})


def asked(request_type: str) -> Journal:
    """A request that has just asked CloudFormation for the stack's status."""
    journal = Journal()
    journal.record_stack(STATUS_DURING[request_type], None, NOW)
    journal.record_resource(NOW)
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
