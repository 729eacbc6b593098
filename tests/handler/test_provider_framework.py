"""The scenarios that CDK's provider framework (aws-cdk-lib/custom-resources) tests of itself, as one more table.

Each row is one of its promises to whoever writes a custom resource, kept here by the handler and crhelper together.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from local.sagemaker import CancelFault, ErrorFault
from simulation.cloudformation import INVENTED
from simulation.declarations import declared
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCENARIOS: dict[str, Callable[[Stack], None]] = {}


def scenario(promise: str) -> Callable[[Callable[[Stack], None]], Callable[[Stack], None]]:
    def add(function: Callable[[Stack], None]) -> Callable[[Stack], None]:
        SCENARIOS[promise] = function
        return function

    return add


@scenario("create, update and delete are each complete only after several looks")
def _(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(sampling=50), name).succeeded
    assert stack.delete(declared(sampling=50), name).succeeded
    assert stack.sleeps > 3 * 3
    assert [answer.succeeded for answer in stack.answers] == [True] * 3


@scenario("what fails at once is answered with its reason")
def _(stack: Stack) -> None:
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", "ValidationException", "no such role"))
    assert "no such role" in stack.create(declared()).reason


@scenario("what fails after several looks is answered with its reason")
def _(stack: Stack) -> None:
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))
    assert "no capacity" in stack.create(declared()).reason


@scenario("what never becomes complete is answered before CloudFormation's time is up")
def _(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"starting": timedelta(hours=3)})
    sent = stack.clock.now()
    answer = stack.create(declared())
    assert not answer.succeeded
    assert answer.at - sent < timedelta(hours=1)


@scenario("the delete after a create that failed before it made anything is ignored")
def _(stack: Stack) -> None:
    failed = stack.create(declared(EndpointName="nowhere"))
    mark = stack.mark()
    assert stack.delete(declared(EndpointName="nowhere"), failed.physical_id).succeeded
    assert stack.calls(since=mark) == []


@scenario("the delete after a create that failed half-way removes what it made")
def _(stack: Stack) -> None:
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))
    failed = stack.create(declared())
    assert stack.delete(declared(), failed.physical_id).succeeded
    assert stack.names() == []


@scenario("the delete with an id that nobody has answered finds what a create has made")
def _(stack: Stack) -> None:
    stop_waiting(stack, stack.event("Create", declared()), after="CreateInferenceExperiment")
    assert stack.delete(declared(), INVENTED).succeeded
    assert stack.names() == []


@scenario("an update keeps the physical id")
def _(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(sampling=50), name).physical_id == name


@scenario("an update that fails keeps the physical id")
def _(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), declared(KmsKey="alias/other"), name).physical_id == name
    assert stack.update(declared(), declared(sampling=101), name).physical_id == name


@scenario("another physical id replaces the resource")
def _(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    new = stack.update(declared(), declared(Run="2"), name).physical_id
    assert new != name
    assert stack.delete(declared(), name).succeeded
    assert stack.describe(new)["Status"] == "Running"


@scenario("a delete answers with the id that it was asked for, whatever it finds")
def _(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    for asked in ("gone-already", INVENTED, "not a name!"):
        assert stack.delete(declared(Run="another"), asked).physical_id == asked
    assert stack.delete(declared(), name).physical_id == name


@scenario("attributes come with every answer of a create and an update, and with none of a delete")
def _(stack: Stack) -> None:
    created = stack.create(declared())
    updated = stack.update(declared(), declared(sampling=50), created.physical_id)
    assert created.data.keys() == updated.data.keys()
    assert stack.delete(declared(), created.physical_id).data == {}


@scenario("a request that is served twice has the same outcome")
def _(stack: Stack) -> None:
    event = stack.event("Create", declared())
    for _ in range(2):
        stack.deliver(event)
        stack.run()
    assert stack.answers[0].body == stack.answers[1].body


@pytest.mark.parametrize("promise", SCENARIOS)
def test_the_promise_is_kept(stack: Stack, promise: str) -> None:
    SCENARIOS[promise](stack)
