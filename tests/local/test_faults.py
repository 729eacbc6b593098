"""The faults that can be injected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.sagemaker import (
    Call,
    CancelFault,
    ConnectionFault,
    ConnectionLost,
    ErrorFault,
    Hook,
    ServiceError,
    SilentRollback,
)
from simulation.declarations import shadow_mode
from tests.support.world import World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_the_next_calls_of_an_operation_fail(world: World) -> None:
    world.service.faults.add(ErrorFault("DescribeModel", "ThrottlingException", "slow down", times=2))
    world.call("DescribeEndpoint", EndpointName="shop")
    for _ in range(2):
        with pytest.raises(ServiceError, match="slow down") as failed:
            world.call("DescribeModel", ModelName="champion")
        assert (failed.value.code, failed.value.status) == ("ThrottlingException", 400)
    world.call("DescribeModel", ModelName="champion")
    assert [call.code for call in world.service.record[-3:]] == ["ThrottlingException", "ThrottlingException", ""]


def test_a_call_may_take_effect_although_it_failed(world: World) -> None:
    world.service.faults.add(ErrorFault("CreateInferenceExperiment", "InternalFailure", status=500, after=True))
    with pytest.raises(ServiceError) as failed:
        world.create()
    assert (failed.value.code, failed.value.status) == ("InternalFailure", 500)
    assert world.status() == "Creating"


@pytest.mark.parametrize("after", [False, True])
def test_the_connection_may_be_lost_before_or_after(world: World, after: bool) -> None:
    world.service.faults.add(ConnectionFault("CreateInferenceExperiment", after=after))
    with pytest.raises(ConnectionLost) as lost:
        world.create()
    assert lost.value.performed is after
    assert world.service.record[-1].code == "ConnectionLost"
    assert len(world.service.experiments()) == int(after)


@pytest.mark.parametrize(
    ("status", "serves_shadow"),
    [
        ("Creating", False),
        ("Created", False),
        ("Starting", False),
        ("Running", True),
        ("Updating", True),
        ("Stopping", True),
    ],
)
def test_an_experiment_goes_cancelled_with_a_reason(world: World, status: str, serves_shadow: bool) -> None:
    world.service.faults.add(CancelFault(status, "no capacity", experiment="trial"))
    if status in ("Creating", "Created", "Starting"):
        world.create(Schedule=world.schedule(DAY, end=2 * DAY))
    else:
        world.create()
        world.clock.advance(6 * MINUTE)
    if status == "Updating":
        world.call("UpdateInferenceExperiment", Name="trial", ShadowModeConfig=shadow_mode(1))
    if status == "Stopping":
        world.stop()
    world.clock.advance(DAY + 10 * MINUTE)

    described = world.describe()

    assert (described["Status"], described["StatusReason"]) == ("Cancelled", "no capacity")
    assert described["CompletionTime"] <= world.clock.now()
    assert world.endpoint()["EndpointStatus"] == "InService"
    assert ("ShadowProductionVariants" in world.endpoint()) is serves_shadow
    if serves_shadow:
        assert world.endpoint()["ShadowProductionVariants"][0]["CurrentWeight"] == 0.5


def test_a_cancellation_waits_for_its_experiment(world: World) -> None:
    world.service.faults.add(CancelFault("Running", "not this one", experiment="another"))
    world.reach("Running")
    world.clock.advance(MINUTE)
    assert world.status() == "Running"

    world.service.faults.add(CancelFault("Running", "this one"))
    described = world.describe()
    assert (described["StatusReason"], described["CompletionTime"]) == ("this one", world.clock.now())


def test_a_stop_may_be_undone_without_a_word(world: World) -> None:
    world.reach("Running")
    testing = world.endpoint()["EndpointConfigName"]
    world.service.faults.add(SilentRollback())

    world.stop()
    world.clock.advance(4 * MINUTE)

    assert world.status() == "Completed"
    endpoint = world.endpoint()
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", testing)
    assert "FailureReason" not in endpoint
    assert world.variant_statuses() == {"AllTraffic": "InService", "Shadow-01": "InService"}


def test_a_hook_acts_behind_the_callers_back(world: World) -> None:
    def delete(call: Call) -> None:
        world.clock.advance(10 * DAY)
        world.service.settle()
        world.call("DeleteInferenceExperiment", Name=call.parameters["Name"])

    world.create()
    world.service.faults.add(Hook(delete, "DescribeInferenceExperiment"))
    with pytest.raises(ServiceError) as gone:
        world.describe()
    assert gone.value.code == "ResourceNotFound"


def test_a_hook_may_come_after_and_always(world: World) -> None:
    seen: list[str] = []
    world.service.faults.add(Hook(lambda call: seen.append(call.operation), after=True, times=None))
    world.create()
    world.status()
    assert seen == ["CreateInferenceExperiment", "DescribeInferenceExperiment"]
    world.service.faults.clear()
    world.status()
    assert len(seen) == 2


def test_every_call_is_recorded(world: World) -> None:
    world.service.record.clear()
    world.service.call("DescribeEndpoint", {"EndpointName": "shop"}, principal="arn:me")
    with pytest.raises(ServiceError):
        world.call("DescribeEndpoint", EndpointName="nowhere")
    calls = [(call.operation, call.parameters, call.principal, call.code) for call in world.service.record]
    assert calls == [
        ("DescribeEndpoint", {"EndpointName": "shop"}, "arn:me", ""),
        ("DescribeEndpoint", {"EndpointName": "nowhere"}, "", "ValidationException"),
    ]
    assert world.service.record[0].at == world.clock.now()
