"""What SageMaker, IAM or somebody with a broom refuses or takes away: answered soon, and nothing forgotten."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from local.sagemaker import ErrorFault, Hook
from simulation.cloudformation import INVENTED
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
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack, StackStatus

SECOND = declared(Run="2")
SCHEDULED = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})
ENDING = "sagemaker-inference-experiment:ending"


def serve(stack: Stack, name: str, model: str, *, shadow: bool = False) -> None:
    """The endpoint's owner changes what it serves."""
    shadows = {"ShadowProductionVariants": [served(SHADOW, CHALLENGER)]} if shadow else {}
    stack.call(
        "CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[served(PRODUCTION, model)], **shadows
    )
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=name)


def refuse(stack: Stack, operation: str, code: str = "ValidationException") -> None:
    stack.sagemaker.faults.add(ErrorFault(operation, code, "no", times=100_000))


# Refused for good.


def test_a_rollback_leaves_what_sagemaker_refuses_to_put_back(stack: Stack) -> None:
    before = declared(ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender")])
    after = declared(sampling=50)
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), after, name).succeeded
    refuse(stack, "UpdateInferenceExperiment")
    mark = stack.mark()

    answer = stack.roll_back(after, before, name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("UpdateInferenceExperiment") == 1


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
    refuse(stack, "DeleteInferenceExperiment", "AccessDeniedException")
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
    serve(stack, "another", "contender", shadow=True)

    answer = stack.update(declared(), SECOND, name)

    assert not answer.succeeded
    assert "mirror what production serves" in answer.reason
    assert stack.describe(name)["Status"] == "Running"
    assert ENDING not in stack.tags(name)


# Given up by CloudFormation.


def between(stack: Stack, event: dict[str, object]) -> Callable[[], None]:
    """CloudFormation sends another request while the first one waits."""

    def send() -> None:
        stack.while_waiting = None
        stack.serve_once(event)

    return send


def test_an_update_creates_nothing_once_the_stack_rolls_back(stack: Stack) -> None:
    first = declared(Schedule={"EndTime": "2030-01-03T00:00:00Z"})
    name = stack.create(first).physical_id
    stack.clock.advance(timedelta(days=4))
    stack.call("DeleteInferenceExperiment", Name=name)
    serve(stack, "one", CHAMPION)
    update = stack.event("Update", SECOND, physical_id=name, old=first)
    stack.while_waiting = between(stack, stack.event("Rollback", first, physical_id=name, old=SECOND))

    stack.deliver(update)
    stack.run()

    rollback, given_up = stack.answers[-2:]
    assert rollback.succeeded
    assert not given_up.succeeded
    assert stack.delete(first, name).succeeded
    assert stack.names() == []


@pytest.mark.parametrize("why", ["it is over", "its endpoint is gone"])
def test_a_rollback_to_a_run_that_is_gone_removes_the_orphan_on_another_endpoint(stack: Stack, why: str) -> None:
    over = why == "it is over"
    first = declared(Schedule={"EndTime": "2030-01-03T00:00:00Z"} if over else {"Duration": "P7D"})
    name = stack.create(first).physical_id
    stack.clock.advance(timedelta(days=8))
    stack.call("DeleteInferenceExperiment", Name=name)
    stack.serve("other")
    stack.clock.advance(600)
    second = SECOND | {"EndpointName": "other"}
    update = stack.event("Update", second, physical_id=name, old=first)
    stop_waiting(stack, update, after="CreateInferenceExperiment")
    if not over:
        stack.call("DeleteEndpoint", EndpointName=ENDPOINT)
        stack.clock.advance(100)

    answer = stack.roll_back(second, first, name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []


def test_a_create_whose_repeat_conflicts_with_its_first_attempt_may_have_created() -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))
    create = stack.event("Create", declared())
    repeated = ErrorFault("CreateInferenceExperiment", "ConflictException", "it exists already", after=True)
    stack.sagemaker.faults.add(repeated)
    stack.while_waiting = between(stack, stack.event("Delete", declared(), physical_id=INVENTED))

    stack.deliver(create)
    stack.run()

    stack.clock.advance(600)
    assert stack.names() == []
