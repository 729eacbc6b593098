"""Taken back: rollbacks that can put back only a part, and requests that CloudFormation has given up."""

from dataclasses import replace
from datetime import timedelta

from inference_experiment_handler import index
from local.sagemaker import ErrorFault, Hook
from simulation.cloudformation import INVENTED
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    SHADOW,
    declared,
    shadow_mode,
    variant,
)
from simulation.endpoints import served
from simulation.function import Context
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
SECOND = declared(Run="2")


# Rollbacks.


def test_a_rollback_that_can_not_put_its_own_run_back_still_removes_the_other(stack: Stack) -> None:
    scheduled, running = declared(Schedule=SCHEDULED), declared()
    name = stack.create(scheduled).physical_id
    assert stack.update(scheduled, running, name).succeeded
    assert stack.roll_back(running, scheduled, name).succeeded
    stop_waiting(
        stack,
        stack.event("Update", SECOND, physical_id=name, old=scheduled),
        after="CreateInferenceExperiment",
    )

    answer = stack.roll_back(SECOND, scheduled, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.shadows() == []


def test_a_rollback_removes_a_run_that_was_to_promote(stack: Stack) -> None:
    scheduled = declared(Schedule=SCHEDULED)
    name = stack.create(scheduled).physical_id
    second = SECOND | {"OnDelete": {"ModelVariantActions": PROMOTE}}
    stop_waiting(
        stack,
        stack.event("Update", second, physical_id=name, old=scheduled),
        after="CreateInferenceExperiment",
    )

    answer = stack.roll_back(second, scheduled, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == [name]
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_rollback_gets_through_where_sagemaker_refuses_to_create_again(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.remove(name)
    none_left = ErrorFault("CreateInferenceExperiment", "ResourceLimitExceeded", "no instances left", times=1000)
    stack.sagemaker.faults.add(none_left)
    failed = stack.update(declared(), declared(sampling=50), name)
    assert "no instances left" in failed.reason

    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded


def test_a_rollback_sends_no_half_of_what_belongs_together(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    after = declared(
        Schedule=SCHEDULED,
        ModelVariants=[variant(PRODUCTION, CHAMPION, count=2), variant("Shadow-02", CHALLENGER)],
        ShadowModeConfig=shadow_mode(shadow="Shadow-02"),
    )
    assert stack.update(before, after, name).succeeded
    stack.call("CreateEndpointConfig", EndpointConfigName="two", ProductionVariants=[served(count=2)])
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="two")
    stack.clock.advance(600)

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason


def test_a_rollback_keeps_the_record_of_an_earlier_run(stack: Stack) -> None:
    kept = declared(OnDelete={"Record": "Retain"})
    old = stack.create(kept).physical_id
    new = stack.update(kept, SECOND, old).physical_id
    assert stack.delete(kept, old).succeeded
    assert not stack.update(SECOND, declared(), new).succeeded

    assert stack.roll_back(declared(), SECOND, new).succeeded
    assert sorted(stack.names()) == sorted([old, new])


def test_an_update_that_waits_while_something_else_fails_is_no_rollback(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("UpdateInferenceExperiment", Name=name, ShadowModeConfig=shadow_mode(20))
    refused = declared(
        ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender")],
        DesiredState="Completed",
        ModelVariantActions=PROMOTE,
    )

    def fail() -> None:
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"

    stack.while_waiting = fail
    stack.deliver(stack.event("Update", refused, physical_id=name, old=declared()))
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "ModelVariants" in stack.answers[-1].reason
    assert stack.served() == [PRODUCTION]


# Given up.


def test_what_was_given_up_is_removed_even_if_it_starts_for_longer_than_the_service_timeout() -> None:
    stack = Stack(starting=timedelta(minutes=70))

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment"))
    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def test_what_was_given_up_is_removed_even_if_all_is_forgotten_meanwhile() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))
    event = stack.event("Create", declared())

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment"))
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(600)
    assert stack.names()

    index.serve(event, Context(stack.clock), stack.ports)

    assert not stack.answers[-1].succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_long_poll_interval_leaves_time_to_handover() -> None:
    stack = Stack(starting=timedelta(minutes=30))
    ports = replace(stack.ports, poll_seconds=100)
    context = Context(stack.clock)
    left: list[int] = []
    stack.while_waiting = lambda: left.append(context.get_remaining_time_in_millis())

    stack.takes_handover = lambda: False

    index.serve(stack.event("Create", declared()), context, ports)

    assert stack.handovers > 1
    assert min(left) > 500
