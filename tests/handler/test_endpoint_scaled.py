"""Autoscaling changes the number of production instances. No call of the handler reduces it."""

from datetime import timedelta
from typing import Any

import pytest

from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
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
from tests.support.endpoint import Serving, deploy, forget_configuration, production_of, scale, while_stopping
from tests.support.interruption import meanwhile
from tests.support.stack import Stack

SCHEDULE = {"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"}
FOUR = [Serving(PRODUCTION, CHAMPION, instances=4)]


def scheduled(count: int) -> dict[str, Any]:
    variants = [variant(PRODUCTION, CHAMPION, count=count), variant(SHADOW, CHALLENGER)]
    return declared(ModelVariants=variants, Schedule=SCHEDULE)


def count_in_experiment(stack: Stack, name: str) -> int:
    (count,) = (
        each["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"]
        for each in stack.describe(name)["ModelVariants"]
        if each["VariantName"] == PRODUCTION
    )
    return int(count)


def test_a_busy_endpoint_is_tested_with_the_instances_that_it_has(stack: Stack) -> None:
    scale(stack, 4)

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert production_of(stack) == FOUR
    assert stack.update(declared(), declared(sampling=50), answer.physical_id).succeeded
    assert stack.delete(declared(sampling=50), answer.physical_id).succeeded
    assert production_of(stack) == FOUR


def test_more_instances_than_the_endpoint_has_may_be_declared(stack: Stack) -> None:
    bigger = declared(ModelVariants=[variant(PRODUCTION, CHAMPION, count=3), variant(SHADOW, CHALLENGER)])

    assert stack.create(bigger).succeeded
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=3)]


def test_a_scheduled_test_starts_with_the_instances_that_the_endpoint_has_then(stack: Stack) -> None:
    name = stack.create(declared(Schedule=SCHEDULE)).physical_id
    scale(stack, 4)

    answer = stack.update(declared(Schedule=SCHEDULE), declared(), name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == FOUR


def test_a_changed_instance_count_of_production_is_an_update_all_the_same(stack: Stack) -> None:
    name = stack.create(scheduled(4)).physical_id

    assert stack.update(scheduled(4), scheduled(2), name).succeeded
    assert count_in_experiment(stack, name) == 2


def test_a_rollback_puts_the_instance_count_of_production_back_though_its_update_was_never_finished(
    stack: Stack,
) -> None:
    name = stack.create(scheduled(2)).physical_id

    def crash() -> None:
        if stack.describe(name)["Status"] == "Updating":
            raise KeyboardInterrupt

    stack.while_waiting = crash
    with pytest.raises(KeyboardInterrupt):
        stack.update(scheduled(2), scheduled(4), name)
    stack.while_waiting = None

    assert stack.roll_back(scheduled(4), scheduled(2), name).succeeded
    assert count_in_experiment(stack, name) == 2


def test_an_update_that_would_take_instances_from_production_is_refused(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    scale(stack, 4)
    mark = stack.mark()

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert "has scaled to 4 production instances" in answer.reason
    assert stack.calls(since=mark) == []
    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded
    assert production_of(stack) == FOUR
    scale(stack, 1)
    assert stack.update(declared(), declared(sampling=50), name).succeeded


@pytest.mark.parametrize("known", [True, False], ids=["", "configuration deleted"])
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
def test_a_stop_keeps_the_instances_that_production_has_scaled_to(
    stack: Stack, ending: dict[str, Any], known: bool
) -> None:
    declaration = declared(OnDelete=ending)
    name = stack.create(declaration).physical_id
    scale(stack, 4)
    if not known:
        forget_configuration(stack)

    assert stack.delete(declaration, name).succeeded
    assert production_of(stack) == FOUR


def test_a_stop_keeps_the_instances_that_production_has_scaled_in_to(stack: Stack) -> None:
    scale(stack, 4)
    name = stack.create(declared()).physical_id
    scale(stack, 2)

    assert stack.delete(declared(), name).succeeded
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=2)]


@pytest.mark.parametrize("known", [True, False], ids=["", "configuration deleted"])
@pytest.mark.parametrize(("instance_type", "count"), [(INSTANCE_TYPE, 4), ("ml.c5.xlarge", 1)])
def test_a_promoted_variant_bears_what_production_has_scaled_to(
    stack: Stack, instance_type: str, count: int, known: bool
) -> None:
    declaration = declared(ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, instance_type)])
    name = stack.create(declaration).physical_id
    scale(stack, 4)
    if not known:
        forget_configuration(stack)

    concluded = declaration | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    assert stack.update(declaration, concluded, name).succeeded
    # Where the type is not known, more instances are safe.
    assert production_of(stack) == [Serving(SHADOW, CHALLENGER, instance_type, count if known else 4)]


def test_a_promoted_variant_that_has_scaled_in_since_is_promoted(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    three = [variant(SHADOW, CHALLENGER, count=3)]
    concluded = declared(DesiredState="Completed", ModelVariantActions=PROMOTE, DesiredModelVariants=three)

    def scale_in() -> None:
        if stack.describe(name)["Status"] == "Stopping":
            stack.while_waiting = None
            stack.clock.advance(stack.sagemaker.behaviour.stopping)
            scale(stack, 2, SHADOW)

    stack.while_waiting = scale_in

    answer = stack.update(declared(), concluded, name)

    assert answer.succeeded, answer.reason


def test_fewer_and_smaller_instances_than_declared_fail_a_promotion(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    bigger = [variant(SHADOW, CHALLENGER, "ml.m5.4xlarge", count=3)]
    while_stopping(stack, name, [served(SHADOW, CHALLENGER)])

    answer = stack.update(
        declared(),
        declared(DesiredState="Completed", ModelVariantActions=PROMOTE, DesiredModelVariants=bigger),
        name,
    )

    assert not answer.succeeded
    assert "has 1 instance of ml.m5.xlarge, but DesiredModelVariants declares 3 of ml.m5.4xlarge" in answer.reason


def test_a_start_takes_no_instances_that_came_while_the_test_was_updated(stack: Stack) -> None:
    name = stack.create(declared(Schedule=SCHEDULE)).physical_id
    scale(stack, 4)
    meanwhile(stack, lambda: scale(stack, 6), when=lambda: stack.describe(name)["Status"] == "Updating")

    answer = stack.update(declared(Schedule=SCHEDULE), declared(), name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=6)]


def test_a_start_takes_no_instances_from_production_that_is_declared_only_now(stack: Stack) -> None:
    before = declared(ModelVariants=[variant(SHADOW, CHALLENGER)], Schedule=SCHEDULE)
    scale(stack, 2)
    name = stack.create(before).physical_id
    scale(stack, 4)

    answer = stack.update(before, declared(), name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == FOUR


def test_a_new_test_succeeds_though_its_endpoint_scales_out_while_it_is_created() -> None:
    # Its end counts from the actual start, so it would be corrected once the test runs.
    stack = Stack(creating=timedelta(minutes=2))
    meanwhile(stack, lambda: scale(stack, 4), when=lambda: statuses(stack) == ["Running"])

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert production_of(stack) == FOUR
    scale(stack, 1)
    assert stack.update(declared(), declared(ServiceTimeout=1800), answer.physical_id).succeeded
    live = stack.describe(answer.physical_id)["Schedule"]
    assert live["EndTime"] - live["StartTime"] == timedelta(days=7), "a later update corrects the end"


def test_a_scheduled_test_of_a_busy_endpoint_can_be_described_anew_whatever_serves_there_now(stack: Stack) -> None:
    scale(stack, 4)
    before = declared(Schedule=SCHEDULE)
    name = stack.create(before).physical_id
    deploy(stack, [served(model="contender")])

    answer = stack.update(before, declared(Schedule=SCHEDULE, Description="in the new year"), name)

    assert answer.succeeded, answer.reason


def statuses(stack: Stack) -> list[str]:
    return [stack.describe(name)["Status"] for name in stack.names()]


def test_an_update_that_is_delivered_twice_starts_a_test_with_the_instances_of_its_endpoint(stack: Stack) -> None:
    before = scheduled(2)
    name = stack.create(before).physical_id
    deploy(stack, [served(count=2)])
    after = scheduled(1) | {"Schedule": {"Duration": "P5D"}}
    event = stack.event("Update", after, physical_id=name, old=before)

    # The other delivery comes when this one has sent the variants and started the test.
    meanwhile(stack, lambda: stack.serve_once(event), when=lambda: stack.describe(name)["Status"] == "Running")
    stack.deliver(event)
    stack.run()

    assert [answer.succeeded for answer in stack.answers] == [True, True, True], stack.answers[1].reason
    assert count_in_experiment(stack, name) == 2
