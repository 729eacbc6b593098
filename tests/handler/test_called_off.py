"""A test that is cancelled, deleted or replaced before its start leaves no shadow variant on its endpoint."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ConnectionFault, ErrorFault, SilentRollback
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import Serving, deploy, forget_configuration, production_of
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = declared(Schedule={"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"})
CANCELLED = SCHEDULED | {"DesiredState": "Cancelled"}
THE_SHADOW = [served(SHADOW, CHALLENGER)]


def deployed_early(*, stop_is_legal: bool) -> tuple[Stack, str]:
    """A scheduled test whose shadow variant is on the endpoint before the start."""
    stack = Stack(shadow_deployed_before_start=True, stop_in_created=stop_is_legal)
    name = stack.create(SCHEDULED).physical_id
    stack.clock.advance(timedelta(hours=1))
    assert stack.shadows() == [SHADOW]
    return stack, name


@pytest.mark.parametrize("request_type", ["Delete", "Update", "new run"])
def test_a_shadow_that_is_deployed_before_the_start_goes_with_its_test(request_type: str) -> None:
    stack, name = deployed_early(stop_is_legal=True)

    if request_type == "Delete":
        answer = stack.delete(SCHEDULED, name)
    elif request_type == "Update":
        answer = stack.update(SCHEDULED, CANCELLED, name)
    else:
        answer = stack.update(SCHEDULED, SCHEDULED | {"Run": "2"}, name)
        assert stack.delete(SCHEDULED, name).succeeded
        assert stack.delete(SCHEDULED | {"Run": "2"}, answer.physical_id).succeeded

    assert answer.succeeded, answer.reason
    assert stack.shadows() == []


def test_a_shadow_that_no_call_takes_off_is_told_as_often_as_it_is_asked() -> None:
    stack, name = deployed_early(stop_is_legal=False)

    for _ in range(2):
        answer = stack.delete(SCHEDULED, name)
        assert not answer.succeeded
        assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
        assert "billed" in answer.reason
        # SageMaker may accept a scheduled test beside one whose shadow variant has the same name.
        assert (
            "If it belongs to another test (`aws sagemaker list-inference-experiments` lists the tests)"
            in answer.reason
        )

    assert stack.names() == [name]
    # This is what the response says to do.
    deploy(stack, [served()])
    assert stack.delete(SCHEDULED, name).succeeded
    assert stack.names() == []


def test_a_called_off_test_whose_shadow_stays_all_the_same_keeps_its_record() -> None:
    stack, name = deployed_early(stop_is_legal=True)
    stack.sagemaker.faults.add(SilentRollback(name))

    answers = [stack.delete(SCHEDULED, name) for _ in range(2)]

    assert [answer.succeeded for answer in answers] == [False, False]
    assert "billed" in answers[1].reason
    assert stack.names() == [name]


@pytest.mark.parametrize(
    "production", [[served(count=4)], [served(model="contender", count=2)]], ids=["scaled", "another model"]
)
@pytest.mark.parametrize("request_type", ["Delete", "Update"])
def test_a_test_is_called_off_and_production_stays_as_it_is_served(
    production: list[dict[str, Any]], request_type: str
) -> None:
    stack, name = deployed_early(stop_is_legal=True)
    deploy(stack, production, THE_SHADOW)
    before = production_of(stack)

    answer = stack.delete(SCHEDULED, name) if request_type == "Delete" else stack.update(SCHEDULED, CANCELLED, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == before
    assert stack.shadows() == []


@pytest.mark.parametrize("shadows", [[], THE_SHADOW], ids=["nothing of it deployed", "its shadow deployed"])
def test_a_test_that_no_stop_can_end_without_replacing_production(shadows: list[dict[str, Any]]) -> None:
    stack, name = deployed_early(stop_is_legal=True)
    deploy(stack, [served("Blue", "contender")], shadows)
    mark = stack.mark()

    answer = stack.delete(SCHEDULED, name)

    assert answer.succeeded == (not shadows), answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.names() == ([name] if shadows else [])


@pytest.mark.parametrize("stop_is_legal", [True, False])
def test_a_resize_that_is_declared_for_its_end_does_not_matter(stop_is_legal: bool) -> None:
    stack = Stack(stop_in_created=stop_is_legal)
    name = stack.create(SCHEDULED).physical_id
    three = [variant(PRODUCTION, CHAMPION, count=3)]

    answer = stack.update(SCHEDULED, CANCELLED | {"ModelVariantActions": REMOVE, "DesiredModelVariants": three}, name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("stop_is_legal", [True, False])
def test_a_shadow_of_that_name_from_an_earlier_test_may_stay_if_it_is_declared_to(stop_is_legal: bool) -> None:
    stack = Stack(stop_in_created=stop_is_legal)
    deploy(stack, [served()], THE_SHADOW)
    name = stack.create(SCHEDULED).physical_id
    retained = SCHEDULED | {"OnDelete": {"ModelVariantActions": RETAIN}}

    answer = stack.delete(SCHEDULED, name)
    assert not answer.succeeded
    assert "OnDelete" in answer.reason

    assert stack.delete(retained, name).succeeded


def test_a_scheduled_test_that_never_ran_promotes_nothing(stack: Stack) -> None:
    properties = SCHEDULED | {"OnDelete": {"ModelVariantActions": PROMOTE, "Record": "Retain"}}
    name = stack.create(properties).physical_id
    assert stack.describe(name)["Status"] == "Created"

    answer = stack.delete(properties, name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [PRODUCTION]


def test_what_was_deployed_before_the_test_was_updated_takes_no_instances() -> None:
    stack, name = deployed_early(stop_is_legal=True)
    deploy(stack, [served(count=2)], THE_SHADOW)
    two = SCHEDULED | {"ModelVariants": [variant(PRODUCTION, CHAMPION, count=2), variant(SHADOW, CHALLENGER)]}
    assert stack.update(SCHEDULED, two, name).succeeded

    answer = stack.delete(two, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=2)]


def test_a_scheduled_test_that_no_call_ends_says_the_way_out_soon() -> None:
    # No Stop can name what production serves, and a Delete is not legal.
    stack = Stack(stop_in_created=True, delete_in_created=False)
    name = stack.create(SCHEDULED).physical_id
    deploy(stack, [served("Blue", "contender")])
    began = stack.clock.now()

    answer = stack.delete(SCHEDULED, name)

    assert not answer.succeeded
    assert f"named {PRODUCTION}, with a model and an instance type" in answer.reason
    assert stack.clock.now() - began < timedelta(minutes=5)
    # This is what the response says to do.
    deploy(stack, [served()])
    assert stack.delete(SCHEDULED, name).succeeded
    assert stack.names() == []


@pytest.mark.parametrize("request_type", ["Delete", "Update"])
def test_a_stop_that_got_no_response_and_shows_late_is_waited_for(request_type: str) -> None:
    # Meanwhile the test seems scheduled, and can be neither stopped again nor deleted.
    stack = Stack(stop_in_created=True, stop_shows_after=timedelta(minutes=3), stopping=timedelta(minutes=15))
    name = stack.create(SCHEDULED).physical_id
    stack.sagemaker.faults.add(ConnectionFault("StopInferenceExperiment", after=True))

    answer = stack.delete(SCHEDULED, name) if request_type == "Delete" else stack.update(SCHEDULED, CANCELLED, name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("request_type", ["Delete", "Update"])
def test_a_stop_that_the_function_forgot_and_that_shows_late_is_waited_for(request_type: str) -> None:
    stack = Stack(stop_in_created=True, stop_shows_after=timedelta(minutes=3), stopping=timedelta(minutes=15))
    name = stack.create(SCHEDULED).physical_id
    changed = CANCELLED if request_type == "Update" else SCHEDULED
    event = stack.event(request_type, changed, physical_id=name, old=SCHEDULED)
    stop_waiting(stack, event, after="StopInferenceExperiment")

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason


@pytest.mark.parametrize("production", [[served()], [served("Blue", "contender")]], ids=["stoppable", "not stoppable"])
def test_the_answer_has_the_errors_of_the_calls_that_are_in_conflict(production: list[dict[str, Any]]) -> None:
    stack = Stack(stop_in_created=False, delete_in_created=False)
    name = stack.create(SCHEDULED).physical_id
    deploy(stack, production)

    def throttled() -> None:
        # Another call fails last.
        stack.sagemaker.faults.add(ErrorFault("DescribeInferenceExperiment", "ThrottlingException", "Rate exceeded"))

    stack.while_waiting = throttled
    answer = stack.delete(SCHEDULED, name)

    assert not answer.succeeded
    assert "can't be deleted; it must be in one of" in answer.reason
    assert ("can't be stopped; it must be in one of" in answer.reason) == (production == [served()])
    assert "ThrottlingException" not in answer.reason


def test_a_scheduled_test_is_not_stopped_if_production_is_not_known() -> None:
    # Its shadow variant was deployed early, and somebody has deployed another configuration, which is gone.
    stack, name = deployed_early(stop_is_legal=True)
    contender = [served(model="contender", count=2)]
    deploy(stack, contender)
    forget_configuration(stack)
    mark = stack.mark()

    answer = stack.delete(SCHEDULED, name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.names() == []


def updated_early(*, stop_is_legal: bool) -> tuple[Stack, str]:
    """What was deployed for a scheduled test is older than what the test has now."""
    stack, name = deployed_early(stop_is_legal=stop_is_legal)
    deploy(stack, [served(count=3)], THE_SHADOW)
    variants = [variant(PRODUCTION, CHAMPION, count=3), variant(SHADOW, "contender")]
    stack.call("UpdateInferenceExperiment", Name=name, ModelVariants=variants)
    stack.clock.advance(stack.sagemaker.behaviour.updating)
    assert (stack.describe(name)["Status"], stack.shadows()) == ("Created", [SHADOW])
    return stack, name


def test_a_test_in_an_unknown_status_may_not_have_started_so_a_stop_says_what_production_is() -> None:
    stack, name = updated_early(stop_is_legal=True)

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=2)):
        answer = stack.delete(SCHEDULED, name)

    assert answer.succeeded, answer.reason
    assert [each.instances for each in production_of(stack)] == [3]
    assert stack.shadows() == []


def test_the_record_of_a_test_in_an_unknown_status_stays_with_any_shadow_of_its_name() -> None:
    stack, name = updated_early(stop_is_legal=False)

    with reported_as(stack, "Paused"):
        answer = stack.delete(SCHEDULED, name)

    assert not answer.succeeded
    assert f"shadow variant {SHADOW} is still on endpoint" in answer.reason
    assert "If it belongs to another test" in answer.reason
    assert stack.names() == [name]
