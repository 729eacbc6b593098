"""SageMaker or IAM refuses a call, or someone removes the tags: the response comes soon, and nothing is left behind."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from local.sagemaker import ErrorFault, Hook
from simulation.declarations import (
    CHALLENGER,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
)
from simulation.endpoints import served
from tests.support.endpoint import begin_to_deploy
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack, StackStatus

SECOND = declared(Run="2")
SCHEDULED = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
ENDING = "sagemaker-inference-experiment:ending"


# Refused for good.


def test_a_stack_that_may_not_be_described_is_named_soon(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    name = stack.create(declared()).physical_id
    asked: list[str] = []

    def denied(_: StackStatus, *, StackName: str) -> None:  # noqa: N803  # the API's name
        asked.append(StackName)
        denial = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: DescribeStacks"}}
        raise ClientError({**denial, "ResponseMetadata": {"HTTPStatusCode": 403}}, "DescribeStacks")

    monkeypatch.setattr(StackStatus, "describe_stacks", denied)
    sent = stack.clock.now()

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert "not authorized to perform: DescribeStacks" in answer.reason
    assert answer.at - sent < timedelta(minutes=3)
    assert len(asked) < 30


def test_an_orphan_that_may_not_be_removed_fails_the_rollback_soon(stack: Stack) -> None:
    name = stack.create(SCHEDULED).physical_id
    assert stack.update(SCHEDULED, declared(), name).succeeded
    assert stack.roll_back(declared(), SCHEDULED, name).succeeded
    update = stack.event("Update", SECOND, physical_id=name, old=SCHEDULED)
    stop_waiting(stack, update, after="CreateInferenceExperiment")
    stack.sagemaker.faults.add(ErrorFault("DeleteInferenceExperiment", "AccessDeniedException", "no", times=100_000))
    sent = stack.clock.now()

    answer = stack.roll_back(SECOND, SCHEDULED, name)

    assert not answer.succeeded
    assert "AccessDenied" in answer.reason
    assert answer.at - sent < timedelta(minutes=30)


# Tags that are gone, or say what never came about.


@pytest.mark.parametrize(
    ("actions", "served", "shadows"),
    [(PROMOTE, [SHADOW], []), (RETAIN, [PRODUCTION], [SHADOW])],
    ids=["promote", "retain"],
)
def test_without_its_tags_a_test_still_ends_as_declared(
    stack: Stack, actions: dict[str, str], served: list[str], shadows: list[str]
) -> None:
    properties = declared(OnDelete={"ModelVariantActions": actions})
    name = stack.create(properties).physical_id
    stack.clock.advance(600)
    stack.call("DeleteTags", ResourceArn=stack.describe(name)["Arn"], TagKeys=list(stack.tags(name)))

    assert stack.delete(properties, name).succeeded
    assert stack.served() == served
    assert stack.shadows() == shadows


def refused_to_stop(stack: Stack, properties: dict[str, object]) -> str:
    """A test that was about to be ended, but SageMaker would not."""
    name = stack.create(properties).physical_id
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ValidationException", "no"))
    ending = properties | {"DesiredState": "Completed", "ModelVariantActions": REMOVE}
    assert not stack.update(properties, ending, name).succeeded
    assert stack.roll_back(ending, properties, name).succeeded
    return name


def test_an_end_that_never_came_about_is_not_announced_any_more(stack: Stack) -> None:
    assert ENDING not in stack.tags(refused_to_stop(stack, declared()))


def test_an_update_that_somebody_else_cut_off_does_not_pass_for_done(stack: Stack) -> None:
    name = refused_to_stop(stack, declared())

    def stop(_: object) -> None:
        stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE, DesiredState="Completed")

    stack.sagemaker.faults.add(Hook(stop, "UpdateInferenceExperiment"))

    assert not stack.update(declared(), declared(sampling=50), name).succeeded


def test_nothing_is_announced_before_it_is_certain(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    begin_to_deploy(stack, [served(model="contender")], [served(SHADOW, CHALLENGER)])

    answer = stack.update(declared(), SECOND, name)

    assert not answer.succeeded
    assert "match what production serves" in answer.reason
    assert stack.describe(name)["Status"] == "Running"
    assert ENDING not in stack.tags(name)


def test_a_refused_start_is_final_and_tried_once(stack: Stack) -> None:
    name = stack.create(SCHEDULED).physical_id
    missing = 'Could not find model "challenger".'
    stack.sagemaker.faults.add(ErrorFault("StartInferenceExperiment", "ValidationException", missing, times=1000))
    mark = stack.mark()

    answer = stack.update(SCHEDULED, declared(), name)

    assert not answer.succeeded
    assert missing in answer.reason
    assert stack.calls(since=mark, reads=True).count("StartInferenceExperiment") == 1


def test_what_conflicts_for_ever_is_tried_once_a_poll_and_answered_in_time(stack: Stack) -> None:
    name = stack.create(SCHEDULED).physical_id
    stack.sagemaker.faults.add(ErrorFault("StartInferenceExperiment", "ConflictException", "busy", times=100_000))
    mark, before = stack.mark(), stack.clock.now()

    answer = stack.update(SCHEDULED, declared(), name)

    assert not answer.succeeded
    assert "busy" in answer.reason
    seconds = (answer.at - before).total_seconds()
    assert seconds < 3600
    starts = [call for call in stack.sagemaker.record[mark:] if call.operation == "StartInferenceExperiment"]
    assert len(starts) <= seconds / 5 * 1.02


def test_a_delete_goes_on_where_tags_cannot_be_written(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(ErrorFault("AddTags", "AccessDeniedException", "not authorized", times=100_000))

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.shadows() == []
