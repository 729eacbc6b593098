"""Somebody else updates or deletes the endpoint of a running test. Production stays as it is served."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import SilentRollback
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.support.stack import Stack

ANOTHER_MODEL = [served(model="contender", count=2)]
ANOTHER_NAME = [served("Blue", "contender")]


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


def deploy(stack: Stack, production: list[dict[str, Any]], shadows: list[dict[str, Any]] | None = None) -> None:
    """Somebody else deploys a new configuration to the endpoint."""
    config = f"deployed-{stack.mark()}"
    more = {"ShadowProductionVariants": shadows} if shadows else {}
    stack.call("CreateEndpointConfig", EndpointConfigName=config, ProductionVariants=production, **more)
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=config)
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_updating)


def production_of(stack: Stack) -> list[tuple[str, str, int]]:
    """Variant, model and instance count."""
    endpoint = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)
    config = stack.call("DescribeEndpointConfig", EndpointConfigName=endpoint["EndpointConfigName"])
    return [
        (each["VariantName"], each["ModelName"], each["InitialInstanceCount"]) for each in config["ProductionVariants"]
    ]


@pytest.mark.parametrize(
    "changes",
    [{"Description": "another"}, {"sampling": 50}, {"Schedule": {"Duration": "P6D"}}, {"Tags": []}],
    ids=["description", "sampling", "end", "nothing of the test"],
)
def test_an_update_of_a_displaced_test_is_refused(stack: Stack, name: str, changes: dict[str, Any]) -> None:
    deploy(stack, ANOTHER_MODEL)
    mark = stack.mark()

    answer = stack.update(declared(), declared(**changes), name)

    assert not answer.succeeded
    for words in ("contender", CHAMPION, f"no shadow variant {SHADOW}", "another Run"):
        assert words in answer.reason
    assert stack.calls(since=mark) == []
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]


def test_its_rollback_leaves_the_endpoint_alone(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)

    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]


def test_a_shadow_that_was_taken_off_is_missed(stack: Stack, name: str) -> None:
    deploy(stack, [served()])

    answer = stack.update(declared(), declared(Description="another"), name)

    assert not answer.succeeded
    assert f"has no shadow variant {SHADOW}" in answer.reason


def test_an_update_waits_until_the_endpoint_is_updated(stack: Stack, name: str) -> None:
    stack.call(
        "CreateEndpointConfig",
        EndpointConfigName="bigger",
        ProductionVariants=[served(count=2)],
        ShadowProductionVariants=[served(SHADOW, CHALLENGER)],
    )
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="bigger")

    assert stack.update(declared(), declared(sampling=50), name).succeeded


@pytest.mark.parametrize("request_type", ["Delete", "Update"])
def test_a_test_is_ended_and_production_stays_as_it_is_served(stack: Stack, name: str, request_type: str) -> None:
    deploy(stack, ANOTHER_MODEL)

    answer = (
        stack.delete(declared(), name)
        if request_type == "Delete"
        else stack.update(declared(), declared(DesiredState="Cancelled"), name)
    )

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]
    assert stack.shadows() == []


def test_a_new_run_keeps_what_production_serves(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)
    mirrored = declared(Run="2", ModelVariants=[variant(PRODUCTION, "contender", count=2), variant(SHADOW, CHALLENGER)])

    answer = stack.update(declared(), mirrored, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]
    assert stack.shadows() == [SHADOW]


@pytest.mark.parametrize("actions", [PROMOTE, RETAIN], ids=["promote", "retain the shadow"])
def test_what_is_no_longer_on_the_endpoint_is_not_promoted_nor_retained(
    stack: Stack, name: str, actions: dict[str, str]
) -> None:
    deploy(stack, ANOTHER_MODEL)

    answer = stack.update(declared(), declared(DesiredState="Completed", ModelVariantActions=actions), name)

    assert not answer.succeeded
    assert f"no shadow variant {SHADOW}" in answer.reason
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]


def test_a_delete_that_was_to_promote_removes_instead(stack: Stack) -> None:
    declaration = declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": PROMOTE})
    name = stack.create(declaration).physical_id
    deploy(stack, ANOTHER_MODEL)

    assert stack.delete(declaration, name).succeeded
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]


def test_a_delete_touches_nothing_where_no_stop_keeps_production(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_NAME)

    answer = stack.delete(declared(), name)

    assert not answer.succeeded
    for words in ("Blue", "contender", PRODUCTION):
        assert words in answer.reason
    assert production_of(stack) == [("Blue", "contender", 1)]
    # It is the way out that the answer names.
    deploy(stack, ANOTHER_MODEL)
    assert stack.delete(declared(), name).succeeded
    assert production_of(stack) == [(PRODUCTION, "contender", 2)]


def test_production_that_is_reverted_all_the_same_is_told(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)

    def revert() -> None:
        if stack.describe(name)["Status"] == "Stopping":
            stack.while_waiting = None
            stack.clock.advance(timedelta(minutes=10))
            stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="shop-before")

    stack.while_waiting = revert

    answer = stack.delete(declared(), name)

    assert not answer.succeeded
    assert f"serves model {CHAMPION} in place of contender" in answer.reason


def test_a_delete_of_a_test_whose_endpoint_is_gone_succeeds(stack: Stack, name: str) -> None:
    stack.call("DeleteEndpoint", EndpointName=ENDPOINT)
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_deleting)

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason


def test_an_update_of_a_test_whose_endpoint_is_gone_says_so(stack: Stack, name: str) -> None:
    stack.call("DeleteEndpoint", EndpointName=ENDPOINT)
    stack.clock.advance(stack.sagemaker.behaviour.endpoint_deleting)
    mark = stack.mark()

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert f"endpoint {ENDPOINT} of {name} does not exist any more" in answer.reason
    assert stack.calls(since=mark) == []


@pytest.mark.parametrize(
    "ending",
    [
        {"ModelVariantActions": REMOVE},
        {"ModelVariantActions": RETAIN},
        # The construct declares production as it was declared for the test.
        {
            "ModelVariantActions": RETAIN,
            "DesiredModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, count=2)],
        },
    ],
    ids=["remove the shadow", "retain both", "retain both, and scale the shadow"],
)
def test_a_stop_keeps_the_instances_that_production_has_scaled_to(stack: Stack, ending: dict[str, Any]) -> None:
    declaration = declared(OnDelete=ending)
    name = stack.create(declaration).physical_id
    deploy(stack, [served(count=4)], [served(SHADOW, CHALLENGER)])

    assert stack.delete(declaration, name).succeeded
    assert production_of(stack) == [(PRODUCTION, CHAMPION, 4)]


@pytest.mark.parametrize(("instance_type", "count"), [("ml.m5.xlarge", 4), ("ml.c5.xlarge", 1)])
def test_a_promoted_variant_bears_what_production_has_scaled_to(stack: Stack, instance_type: str, count: int) -> None:
    variants = [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, instance_type)]
    declaration = declared(ModelVariants=variants)
    name = stack.create(declaration).physical_id
    deploy(stack, [served(count=4)], [served(SHADOW, CHALLENGER) | {"InstanceType": instance_type}])

    concluded = declaration | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    assert stack.update(declaration, concluded, name).succeeded
    assert production_of(stack) == [(SHADOW, CHALLENGER, count)]


def scale_out(stack: Stack, count: int) -> None:
    deploy(stack, [served(count=count)])


def test_a_busy_endpoint_is_tested_with_the_instances_that_it_has(stack: Stack) -> None:
    scale_out(stack, 4)

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [(PRODUCTION, CHAMPION, 4)]
    # Nothing has changed, so there is nothing to refuse.
    assert stack.update(declared(), declared(sampling=50), answer.physical_id).succeeded
    assert stack.delete(declared(sampling=50), answer.physical_id).succeeded
    assert production_of(stack) == [(PRODUCTION, CHAMPION, 4)]


def test_more_instances_than_the_endpoint_has_may_be_declared(stack: Stack) -> None:
    bigger = declared(ModelVariants=[variant(PRODUCTION, CHAMPION, count=3), variant(SHADOW, CHALLENGER)])

    assert stack.create(bigger).succeeded
    assert production_of(stack) == [(PRODUCTION, CHAMPION, 3)]


def test_a_scheduled_test_starts_with_the_instances_that_the_endpoint_has_then(stack: Stack) -> None:
    scheduled = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"})
    name = stack.create(scheduled).physical_id
    scale_out(stack, 4)

    answer = stack.update(scheduled, declared(), name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [(PRODUCTION, CHAMPION, 4)]


def test_a_changed_instance_count_of_production_is_an_update_all_the_same(stack: Stack) -> None:
    def scheduled(count: int) -> dict[str, Any]:
        return declared(
            ModelVariants=[variant(PRODUCTION, CHAMPION, count=count), variant(SHADOW, CHALLENGER)],
            Schedule={"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"},
        )

    name = stack.create(scheduled(4)).physical_id

    assert stack.update(scheduled(4), scheduled(2), name).succeeded
    counts = {
        each["VariantName"]: each["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"]
        for each in stack.describe(name)["ModelVariants"]
    }
    assert counts[PRODUCTION] == 2


def test_a_stop_that_shows_late_is_waited_for(stack: Stack, name: str) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"stop_shows_after": 600})

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.shadows() == []


SCHEDULED = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"})


@pytest.mark.parametrize("request_type", ["Delete", "Update", "new run"])
def test_a_shadow_that_is_deployed_before_the_start_goes_with_its_test(request_type: str) -> None:
    stack = Stack(shadow_deployed_before_start=True, stop_in_created=True)
    name = stack.create(SCHEDULED).physical_id
    stack.clock.advance(timedelta(hours=1))
    assert stack.shadows() == [SHADOW]

    if request_type == "Delete":
        answer = stack.delete(SCHEDULED, name)
    elif request_type == "Update":
        answer = stack.update(SCHEDULED, SCHEDULED | {"DesiredState": "Cancelled"}, name)
    else:
        answer = stack.update(SCHEDULED, SCHEDULED | {"Run": "2"}, name)
        assert stack.delete(SCHEDULED, name).succeeded
        assert stack.delete(SCHEDULED | {"Run": "2"}, answer.physical_id).succeeded

    assert answer.succeeded, answer.reason
    assert stack.shadows() == []


def test_a_shadow_that_no_call_takes_off_is_told_as_often_as_it_is_asked() -> None:
    stack = Stack(shadow_deployed_before_start=True, stop_in_created=False)
    name = stack.create(SCHEDULED).physical_id
    stack.clock.advance(timedelta(hours=1))

    answers = [stack.delete(SCHEDULED, name) for _ in range(2)]

    for answer in answers:
        assert not answer.succeeded
        assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
        assert "billed" in answer.reason
    assert stack.names() == [name]
    deploy(stack, [served()])
    assert stack.delete(SCHEDULED, name).succeeded
    assert stack.names() == []


def test_a_called_off_test_whose_shadow_stays_all_the_same_keeps_its_record(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed(
        {"shadow_deployed_before_start": True, "stop_in_created": True}
    )
    name = stack.create(SCHEDULED).physical_id
    stack.clock.advance(timedelta(hours=1))
    stack.sagemaker.faults.add(SilentRollback(name))

    answers = [stack.delete(SCHEDULED, name) for _ in range(2)]

    assert [answer.succeeded for answer in answers] == [False, False]
    assert "billed" in answers[1].reason
    assert stack.names() == [name]


def test_a_changed_configuration_of_the_endpoint_is_an_update_that_changes_nothing(stack: Stack) -> None:
    before, after = (declared(EndpointConfigName=config) for config in ("one", "two"))
    name = stack.create(before).physical_id
    mark = stack.mark()

    assert stack.update(before, after, name).succeeded
    assert stack.calls(since=mark) == []
    deploy(stack, ANOTHER_MODEL)
    assert not stack.update(after, before, name).succeeded
