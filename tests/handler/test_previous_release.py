"""A request in flight while the function is upgraded: the handler of the first version handed it over to this one.

What that version left is literal: its tags, its calls, and the journal that it handed over.
"""

from datetime import datetime
from typing import Any

import pytest

from simulation.cloudformation import STACK_ID
from simulation.declarations import (
    PRODUCTION,
    PROMOTE,
    REMOVE,
    SHADOW,
    Declaration,
    declared,
    shadow_mode,
)
from tests.support.stack import Stack

NAME = "demo-shadowtest-1-1462f2278e85"
SECOND = "demo-shadowtest-2-050709dab563"
TAGS = {
    "sagemaker-inference-experiment:stack-id": STACK_ID,
    "sagemaker-inference-experiment:logical-id": "ShadowTest",
    "sagemaker-inference-experiment:request": "c15c9a56fc7fdff1",
    "sagemaker-inference-experiment:applied": (
        "1:8bc3195da3.57021183d9.690848f682.74234e98af.12ae32cb1e.74234e98af.3c4eddcb94.b00d2ac2fa.74234e98af."
        "8f9c80c047.4a44dc1536.74234e98af"
    ),
}
LEASE = {"Key": "sagemaker-inference-experiment:request", "Value": "331f1da72caad45a"}
CONCLUDED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)


def as_first_version_created(stack: Stack) -> None:
    properties = declared()
    stack.call(
        "CreateInferenceExperiment",
        Name=NAME,
        Type="ShadowMode",
        **{key: properties[key] for key in ("RoleArn", "EndpointName", "ModelVariants", "ShadowModeConfig")},
        Tags=[{"Key": key, "Value": value} for key, value in TAGS.items()],
        Schedule={"EndTime": datetime.fromisoformat("2030-01-08T00:05:00+00:00")},
    )


def running(stack: Stack) -> None:
    as_first_version_created(stack)
    stack.clock.advance(600)
    assert stack.describe(NAME)["Status"] == "Running"


def handed_over(
    stack: Stack,
    kind: str,
    properties: Declaration,
    *made: str,
    claims: dict[str, str],
    seen: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """The event as the first version handed it over, 45 seconds after it had made its calls."""
    event = stack.event(kind, properties, **more)
    at = stack.clock.now().isoformat()
    progress = {
        "calls": dict.fromkeys(made, at),
        "claims": claims,
        "refusals": {},
        "denied_since": None,
        "seen": seen,
        "seen_alive": seen,
    }
    stack.clock.advance(45)
    deadline = "2030-01-01T01:04:00+00:00"
    return event | {
        "CrHelperPoll": True,
        "CrHelperData": {"Progress": progress, "Deadline": deadline, "Hops": 1},
    }


def finished(stack: Stack, event: dict[str, Any]) -> None:
    stack.status = stack.status_during[event["RequestId"]]
    stack.deliver(event)
    stack.run()
    (answer,) = stack.answers
    assert answer.succeeded, answer.reason
    assert answer.physical_id in (NAME, SECOND)


def test_a_creation_goes_on(stack: Stack) -> None:
    as_first_version_created(stack)

    finished(stack, handed_over(stack, "Create", declared(), f"CreateInferenceExperiment {NAME}", claims={}))

    assert stack.describe(NAME)["Status"] == "Running"
    assert stack.names() == [NAME]


def test_an_update_goes_on(stack: Stack) -> None:
    running(stack)
    stack.call("AddTags", ResourceArn=stack.describe(NAME)["Arn"], Tags=[LEASE])
    stack.call("UpdateInferenceExperiment", Name=NAME, ShadowModeConfig=shadow_mode(50))
    calls = (f"AddTags {NAME} charge", f"UpdateInferenceExperiment {NAME} Running")
    claims = {NAME: TAGS[LEASE["Key"]]}

    finished(
        stack,
        handed_over(stack, "Update", declared(sampling=50), *calls, claims=claims, physical_id=NAME, old=declared()),
    )

    assert stack.describe(NAME)["ShadowModeConfig"] == shadow_mode(50)


def test_a_promotion_goes_on(stack: Stack) -> None:
    running(stack)
    stack.call("AddTags", ResourceArn=stack.describe(NAME)["Arn"], Tags=[LEASE])
    stack.call("StopInferenceExperiment", Name=NAME, ModelVariantActions=PROMOTE, DesiredState="Completed")
    calls = (f"AddTags {NAME} charge", f"StopInferenceExperiment {NAME}")
    claims = {NAME: TAGS[LEASE["Key"]]}

    finished(stack, handed_over(stack, "Update", CONCLUDED, *calls, claims=claims, physical_id=NAME, old=declared()))

    assert stack.served() == [SHADOW]


def test_a_removal_goes_on(stack: Stack) -> None:
    running(stack)
    stack.call("StopInferenceExperiment", Name=NAME, ModelVariantActions=REMOVE, DesiredState="Cancelled")

    finished(
        stack,
        handed_over(stack, "Delete", declared(), f"StopInferenceExperiment {NAME}", claims={}, physical_id=NAME),
    )

    assert stack.names() == []
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_new_run_goes_on(stack: Stack) -> None:
    running(stack)
    stack.call("AddTags", ResourceArn=stack.describe(NAME)["Arn"], Tags=[LEASE])
    stack.call("StopInferenceExperiment", Name=NAME, ModelVariantActions=REMOVE, DesiredState="Cancelled")
    calls = (f"AddTags {NAME} charge", f"StopInferenceExperiment {NAME}")
    claims = {NAME: TAGS[LEASE["Key"]]}

    finished(
        stack,
        handed_over(
            stack,
            "Update",
            declared(Run="2"),
            *calls,
            claims=claims,
            seen=False,
            physical_id=NAME,
            old=declared(),
        ),
    )

    assert stack.describe(SECOND)["Status"] == "Running"


@pytest.mark.parametrize("sampling", [10, 50])
def test_a_test_of_the_first_version_is_updated_and_deleted(stack: Stack, sampling: int) -> None:
    running(stack)
    new = declared(sampling=sampling, Description="changed")

    assert stack.update(declared(), new, NAME).succeeded
    assert stack.describe(NAME)["ShadowModeConfig"] == shadow_mode(sampling)
    assert stack.delete(new, NAME).succeeded
    assert stack.names() == []
