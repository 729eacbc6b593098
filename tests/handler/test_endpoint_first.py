"""The endpoint is as the end of a test leaves it before SageMaker shows that the test was stopped."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.sagemaker import Call, ConnectionFault, ErrorFault, Hook, SilentRollback
from simulation.cloudformation import Answer
from simulation.declarations import (
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import Serving, begin_to_deploy, deploy, production_of
from tests.support.interruption import meanwhile, stop_once
from tests.support.stack import Stack
from tests.support.statuses import reported_as

LARGER = "ml.m5.2xlarge"
ENDINGS: dict[str, tuple[dict[str, Any], object]] = {
    "promote": ({"ModelVariantActions": PROMOTE}, ({SHADOW: INSTANCE_TYPE}, {})),
    "promote on larger instances": (
        {"ModelVariantActions": PROMOTE, "DesiredModelVariants": [variant(SHADOW, "challenger", LARGER)]},
        ({SHADOW: LARGER}, {}),
    ),
    "retain": ({"ModelVariantActions": RETAIN}, ({PRODUCTION: INSTANCE_TYPE}, {SHADOW: INSTANCE_TYPE})),
    "retain on larger instances": (
        {"ModelVariantActions": RETAIN, "DesiredModelVariants": [variant(SHADOW, "challenger", LARGER)]},
        ({PRODUCTION: INSTANCE_TYPE}, {SHADOW: LARGER}),
    ),
    "remove": ({"ModelVariantActions": REMOVE}, ({PRODUCTION: INSTANCE_TYPE}, {})),
    "remove, and production on larger instances": (
        {"ModelVariantActions": REMOVE, "DesiredModelVariants": [variant(PRODUCTION, "champion", LARGER)]},
        ({PRODUCTION: LARGER}, {}),
    ),
}
"""How a test ends, and the instance types of the production variants and the shadow variants of its endpoint then."""
each_ending = pytest.mark.parametrize(("ending", "left"), ENDINGS.values(), ids=ENDINGS.keys())


SHOWN_LATE: dict[str, Any] = {"stop_shows_after": timedelta(minutes=10), "endpoint_first_by": timedelta(minutes=6)}


@pytest.fixture
def stack() -> Stack:
    return Stack(**SHOWN_LATE)


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


def concluded(ending: dict[str, Any]) -> dict[str, Any]:
    return declared(DesiredState="Completed", **ending)


def removed(ending: dict[str, Any]) -> dict[str, Any]:
    return declared(OnDelete={"DesiredState": "Completed", **ending})


def request_of(stack: Stack, event: str, name: str, ending: dict[str, Any]) -> dict[str, Any]:
    if event == "Update":
        return stack.event(event, concluded(ending), physical_id=name, old=declared())
    return stack.event(event, removed(ending), physical_id=name)


def answered(stack: Stack, request: dict[str, Any]) -> Answer:
    stack.deliver(request)
    stack.run()
    return stack.answers[-1]


def on_endpoint(stack: Stack) -> tuple[dict[str, str], dict[str, str]]:
    name = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    config = stack.call("DescribeEndpointConfig", EndpointConfigName=name)
    production, shadows = (
        {each["VariantName"]: each["InstanceType"] for each in config.get(kind, [])}
        for kind in ("ProductionVariants", "ShadowProductionVariants")
    )
    return production, shadows


def interrupt_when_endpoint_is_done(stack: Stack, request: dict[str, Any], left: object) -> None:
    """Loses all that the request knew after its Stop, when the endpoint is as the Stop leaves it."""
    mark = stack.mark()
    stop_once(
        stack, request, lambda: "StopInferenceExperiment" in stack.calls(since=mark) and on_endpoint(stack) == left
    )


@each_ending
def test_a_conclusion_waits(stack: Stack, name: str, ending: dict[str, Any], left: object) -> None:
    mark = stack.mark()

    answer = stack.update(declared(), concluded(ending), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(name)["Status"] == "Completed"
    assert on_endpoint(stack) == left
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@each_ending
def test_a_delete_waits(stack: Stack, name: str, ending: dict[str, Any], left: object) -> None:
    mark = stack.mark()

    answer = stack.delete(removed(ending), name)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_stop_without_a_response_is_waited_for(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    stack.sagemaker.faults.add(ConnectionFault("StopInferenceExperiment", after=True))

    answer = answered(stack, request_of(stack, event, name, ending))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_stop_by_another_delivery_is_waited_for(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    request = request_of(stack, event, name, ending)

    def other_delivery(_: Call) -> None:
        mark = stack.mark()
        stop_once(stack, request, lambda: "StopInferenceExperiment" in stack.calls(since=mark))

    # The other delivery calls Stop first, so that of this one is in conflict.
    stack.sagemaker.faults.add(Hook(other_delivery, "StopInferenceExperiment"))

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


def test_what_somebody_deploys_after_the_promotion_is_reported_once_the_test_has_ended(stack: Stack, name: str) -> None:
    meanwhile(stack, lambda: begin_to_deploy(stack, [served("Blue")]), when=lambda: stack.served() == [SHADOW])

    answer = stack.update(declared(), concluded({"ModelVariantActions": PROMOTE}), name)

    assert not answer.succeeded
    assert "does not serve production traffic: endpoint shop serves Blue" in answer.reason


@pytest.mark.parametrize("event", ["Update", "Delete"])
@each_ending
def test_a_request_that_lambda_runs_again_waits(
    stack: Stack, name: str, event: str, ending: dict[str, Any], left: object
) -> None:
    request = request_of(stack, event, name, ending)
    interrupt_when_endpoint_is_done(stack, request, left)
    assert stack.describe(name)["Status"] == "Running"

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("events", [("Update", "Update"), ("Update", "Delete"), ("Delete", "Delete")], ids="-".join)
@each_ending
def test_a_later_request_waits_for_the_stop_of_a_failed_one(
    stack: Stack, name: str, events: tuple[str, str], ending: dict[str, Any], left: object
) -> None:
    first, event = events
    interrupt_when_endpoint_is_done(stack, request_of(stack, first, name, ending), left)
    assert stack.describe(name)["Status"] == "Running"

    answer = answered(stack, request_of(stack, event, name, ending))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == ([name] if event == "Update" else [])


@pytest.mark.parametrize("ending", ["promote", "promote on larger instances"])
def test_a_delete_that_removes_the_shadow_waits_for_the_promotion_of_a_failed_request(
    stack: Stack, name: str, ending: str
) -> None:
    properties, left = ENDINGS[ending]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)

    answer = answered(stack, request_of(stack, "Delete", name, {"ModelVariantActions": REMOVE}))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []


@pytest.mark.parametrize("event", ["Update", "Delete"])
def test_a_later_request_may_declare_other_instances(stack: Stack, name: str, event: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)

    answer = answered(stack, request_of(stack, event, name, {"ModelVariantActions": RETAIN}))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


def test_a_delete_does_not_wait_for_a_failed_request_if_somebody_deploys_another_model(stack: Stack, name: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "contender") | {"InstanceType": LARGER}])
    mark = stack.mark()

    answer = stack.delete(removed(properties), name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" in stack.calls(since=mark)


def test_a_delete_waits_for_a_request_that_has_never_called_stop_until_two_hours_after_it(
    stack: Stack, name: str
) -> None:
    properties, larger = ENDINGS["retain on larger instances"]
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ThrottlingException"))
    issued = stack.clock.now()
    request = request_of(stack, "Delete", name, properties)
    stop_once(stack, request, lambda: "sagemaker-inference-experiment:ending" in stack.tags(name))
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "challenger") | {"InstanceType": LARGER}])
    assert on_endpoint(stack) == larger
    stack.clock.advance(timedelta(hours=1, minutes=30))
    stopped: list[datetime] = []
    stack.sagemaker.faults.add(Hook(lambda _: stopped.append(stack.clock.now()), "StopInferenceExperiment"))

    answer = stack.delete(removed(properties), name)

    assert timedelta(hours=2) <= stopped[0] - issued < timedelta(hours=2, minutes=2)
    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_delete_does_not_wait_for_a_stop_that_was_rejected_because_of_what_production_serves() -> None:
    stack = Stack(stop_deploys_another_model=False)
    properties = removed({"ModelVariantActions": PROMOTE})
    name = stack.create(properties).physical_id
    deploy(stack, [served(model="contender")], [served(SHADOW, "challenger")])
    retaining = properties | {"DesiredState": "Completed", "ModelVariantActions": RETAIN}
    assert not stack.update(properties, retaining, name).succeeded
    assert stack.roll_back(retaining, properties, name).succeeded
    before = stack.clock.now()

    answer = stack.delete(properties, name)

    assert f"If SageMaker does not accept that, update endpoint {ENDPOINT}" in answer.reason
    assert stack.clock.now() - before < timedelta(minutes=5)
    assert production_of(stack) == [Serving(PRODUCTION, "contender")]


def test_an_update_that_replaces_the_test_waits_for_the_stop_of_a_failed_request(stack: Stack, name: str) -> None:
    properties, left = ENDINGS["retain on larger instances"]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Delete", name, properties), left)
    mark = stack.mark()

    answer = stack.update(removed(properties), removed(properties) | {"Run": "2"}, name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Completed"


@pytest.mark.parametrize("ending", ["promote", "retain on larger instances"])
def test_a_later_delete_waits_in_an_undocumented_status(stack: Stack, name: str, ending: str) -> None:
    properties, left = ENDINGS[ending]
    interrupt_when_endpoint_is_done(stack, request_of(stack, "Update", name, properties), left)
    mark = stack.mark()

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=3)):
        answer = answered(stack, request_of(stack, "Delete", name, properties))

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert "StopInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize("event", ["Update", "Delete"])
def test_a_promotion_under_the_name_of_production_keeps_its_intent(event: str) -> None:
    stack = Stack(promoted_keeps_shadow_name=False, **SHOWN_LATE)
    name = stack.create(declared()).physical_id
    request = request_of(stack, event, name, {"ModelVariantActions": PROMOTE})
    stop_once(stack, request, lambda: not stack.shadows())
    mark = stack.mark()

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, "challenger")]
    assert "StopInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_conclusion_that_runs_again_waits_if_the_end_is_no_longer_declared(stack: Stack, ending: str) -> None:
    properties, left = ENDINGS[ending]
    before = declared(Schedule={"Duration": "P5D"})
    name = stack.create(before).physical_id
    after = declared(Schedule=None, DesiredState="Completed", **properties)
    request = stack.event("Update", after, physical_id=name, old=before)
    interrupt_when_endpoint_is_done(stack, request, left)

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left


@pytest.mark.parametrize("ending", ["retain on larger instances", "promote"])
def test_a_delete_that_runs_again_waits_in_an_undocumented_status(stack: Stack, name: str, ending: str) -> None:
    properties, left = ENDINGS[ending]
    request = request_of(stack, "Delete", name, properties)
    interrupt_when_endpoint_is_done(stack, request, left)
    mark = stack.mark()

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=3)):
        answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert on_endpoint(stack) == left
    assert stack.names() == []
    assert "StopInferenceExperiment" not in stack.calls(since=mark)


@pytest.mark.parametrize(
    ("ending", "shadow"),
    [
        ("retain", served(SHADOW, "challenger") | {"InstanceType": LARGER}),
        ("retain on larger instances", served(SHADOW, "contender") | {"InstanceType": LARGER}),
    ],
)
def test_what_somebody_deploys_before_the_stop_is_not_taken_for_its_effect(
    stack: Stack, name: str, ending: str, shadow: dict[str, Any]
) -> None:
    properties, _ = ENDINGS[ending]
    request = request_of(stack, "Delete", name, properties)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ThrottlingException"))
    stop_once(stack, request, lambda: "sagemaker-inference-experiment:ending" in stack.tags(name))
    deploy(stack, [served(PRODUCTION)], [shadow])

    answer = answered(stack, request)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_shadow_that_somebody_has_resized_is_removed_without_a_stop_to_wait_for(stack: Stack, name: str) -> None:
    properties, larger = ENDINGS["retain on larger instances"]
    deploy(stack, [served(PRODUCTION)], [served(SHADOW, "challenger") | {"InstanceType": LARGER}])
    assert on_endpoint(stack) == larger

    answer = stack.delete(removed(properties), name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize("endpoint_is", ["updated", "being updated"])
def test_a_rollback_leaves_the_intent_of_a_stop_that_shows_late(stack: Stack, name: str, endpoint_is: str) -> None:
    before, after = declared(), declared(Run="2")
    mark = stack.mark()

    def reached() -> bool:
        stopped = "StopInferenceExperiment" in stack.calls(since=mark)
        return stopped and (endpoint_is == "being updated" or not stack.shadows())

    stop_once(stack, stack.event("Update", after, physical_id=name, old=before), reached)
    assert stack.describe(name)["Status"] == "Running"

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason
    assert "sagemaker-inference-experiment:ending" in stack.tags(name)


def test_a_delete_reports_a_shadow_that_a_stop_has_left_before_the_rollback(stack: Stack, name: str) -> None:
    before, after = declared(), declared(Run="2")
    mark = stack.mark()
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Update", after, physical_id=name, old=before)
    stop_once(stack, event, lambda: "StopInferenceExperiment" in stack.calls(since=mark))
    assert stack.roll_back(after, before, name).succeeded
    stack.clock.advance(timedelta(minutes=30))
    assert stack.shadows() == [SHADOW]

    answer = stack.delete(before, name)

    assert not answer.succeeded
    assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
