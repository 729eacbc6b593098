"""A guardrail against every other request: which of them the test obeys, and what the other one says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from inference_experiment_handler.model.tags import PENDING_STOP
from local.sagemaker import Hook
from simulation.cloudformation import Answer
from simulation.declarations import PRODUCTION, PROMOTE, SHADOW, Declaration, declared
from tests.support.guardrail import look, ring, running
from tests.support.stack import Stack

STOP = "StopInferenceExperiment"
BEFORE = declared()
PROMOTED = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
SAMPLED = declared(sampling=50)
NOT_ENDED = "{}: an alarm is in ALARM, but the test has not ended: {}"
PROMOTES_AT_ITS_END = declared(OnDelete={"ModelVariantActions": PROMOTE})


@dataclass
class _Meanwhile:
    """Something that happens once, while an invocation waits."""

    stack: Stack
    happens: Callable[[], object]
    result: Any = None

    def __enter__(self) -> "_Meanwhile":
        self.stack.while_waiting = self._once
        return self

    def _once(self) -> None:
        self.stack.while_waiting = None
        self.result = self.happens()

    def __exit__(self, *_: object) -> None:
        assert self.stack.while_waiting is None, "nothing has waited"


@pytest.fixture
def test(stack: Stack) -> str:
    name = running(stack, BEFORE)
    ring(stack)
    return name


def complete_after(stack: Stack, seconds: float) -> Callable[[], None]:
    """The deployment is complete after a while."""
    due = stack.clock.now().timestamp() + seconds

    def passing() -> None:
        if stack.clock.now().timestamp() >= due:
            stack.status = "UPDATE_COMPLETE"

    return passing


# The request is under way.


def test_a_create_that_waits_gets_its_test_and_the_guardrail_looks_again(stack: Stack) -> None:
    ring(stack)
    name = "demo-shadowtest-1-1462f2278e85"
    with _Meanwhile(stack, lambda: look(stack, name)) as meanwhile:
        answer = stack.create(BEFORE)

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    assert meanwhile.result == NOT_ENDED.format(name, f"waiting for the deployment that changes {name}")
    assert STOP not in stack.calls()
    stack.status = "CREATE_COMPLETE"
    assert look(stack, name) is None
    assert stack.describe(name)["Status"] == "Cancelled"


@pytest.mark.parametrize(
    ("request_type", "properties"), [("Update", SAMPLED), ("Rollback", SAMPLED)], ids=["an update", "a rollback"]
)
def test_an_update_that_waits_gets_through_and_then_the_test_ends(
    stack: Stack, test: str, request_type: str, properties: Declaration
) -> None:
    with _Meanwhile(stack, lambda: look(stack, test)) as meanwhile:
        answer = stack.send(request_type, properties, physical_id=test, old=BEFORE)

    assert meanwhile.result == NOT_ENDED.format(test, f"waiting for the deployment that changes {test}")
    assert answer.succeeded, answer.reason
    assert stack.describe(test)["Status"] == "Running"
    stack.status = "UPDATE_COMPLETE"
    assert look(stack, test) is None
    assert stack.describe(test)["Status"] == "Cancelled"


def test_a_guardrail_that_waits_for_a_deployment_ends_the_test_when_that_is_complete(stack: Stack, test: str) -> None:
    assert stack.update(BEFORE, SAMPLED, test).succeeded
    stack.while_waiting = complete_after(stack, 300)
    mark = stack.mark()

    assert look(stack, test) is None

    assert stack.calls(since=mark) == ["AddTags", STOP, "AddTags"]


def test_a_promotion_that_has_the_lease_is_made(stack: Stack, test: str) -> None:
    with _Meanwhile(stack, lambda: look(stack, test)):
        answer = stack.update(BEFORE, PROMOTED, test)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]
    assert stack.calls().count(STOP) == 1


def test_a_delete_that_stops_the_test_is_left_alone(stack: Stack) -> None:
    name = running(stack, PROMOTES_AT_ITS_END)
    ring(stack)
    with _Meanwhile(stack, lambda: look(stack, name)) as meanwhile:
        answer = stack.delete(PROMOTES_AT_ITS_END, name)

    assert answer.succeeded, answer.reason
    assert meanwhile.result is None
    assert stack.served() == [SHADOW]
    assert stack.calls().count(STOP) == 1


def test_a_new_run_replaces_the_old_one_that_the_guardrail_still_names(stack: Stack, test: str) -> None:
    second = declared(Run="2")
    with _Meanwhile(stack, lambda: look(stack, test)) as meanwhile:
        answer = stack.update(BEFORE, second, test)

    assert answer.succeeded, answer.reason
    assert meanwhile.result is None
    assert stack.describe(answer.physical_id)["Status"] == "Running"
    assert look(stack, test) is None
    assert stack.describe(answer.physical_id)["Status"] == "Running"


def test_a_deployment_that_has_not_touched_the_test_is_not_waited_for(stack: Stack, test: str) -> None:
    stack.status, stack.operation_began = "UPDATE_IN_PROGRESS", stack.clock.now()

    assert look(stack, test) is None

    assert stack.describe(test)["Status"] == "Cancelled"


def test_a_lease_of_an_hour_ago_is_not_waited_for(stack: Stack, test: str) -> None:
    """CloudFormation has given that request up, even if the stack is still in progress."""
    assert stack.update(BEFORE, SAMPLED, test).succeeded
    stack.clock.advance(3700)
    assert stack.status == "UPDATE_IN_PROGRESS"

    assert look(stack, test) is None

    assert stack.describe(test)["Status"] == "Cancelled"


# The request comes while the guardrail stops the test.


@dataclass(frozen=True)
class Request:
    properties: Declaration
    request_type: str = "Update"
    succeeds: bool = False
    says: str = ""


AFTERWARDS = {
    "unchanged but for what a Delete does": Request(declared(OnDelete={"Record": "Retain"}), succeeds=True),
    "a promotion": Request(PROMOTED, says="DesiredState is Completed, but {} is Cancelled since "),
    "another sampling": Request(
        SAMPLED, says="SamplingPercentage (declared 50, live 10) can't change: {} is Cancelled since "
    ),
    "cancelled": Request(declared(DesiredState="Cancelled"), succeeds=True),
    "a rollback": Request(SAMPLED, "Rollback", succeeds=True),
    "a delete": Request(BEFORE, "Delete", succeeds=True),
    "a new run": Request(declared(Run="2"), succeeds=True),
}


@pytest.mark.parametrize("request_", AFTERWARDS.values(), ids=AFTERWARDS)
@pytest.mark.parametrize("delivered", ["while it stops", "afterwards"])
@pytest.mark.parametrize("issued", ["before the look", "then"])
def test_a_request_after_the_stop_finds_that_an_alarm_has_ended_the_test(
    stack: Stack, test: str, request_: Request, delivered: str, issued: str
) -> None:
    """Lambda delivers a request late, or CloudFormation sends it only after the guardrail has looked."""
    event = _issue(stack, request_, test) if issued == "before the look" else None

    def send() -> Answer:
        stack.deliver(event or _issue(stack, request_, test))
        stack.run()
        return stack.answers[-1]

    if delivered == "afterwards":
        assert look(stack, test) is None
        stack.clock.advance(1200)
        answer = send()
    else:
        with _Meanwhile(stack, send) as meanwhile:
            assert look(stack, test) is None
        answer = meanwhile.result

    assert answer.succeeded is request_.succeeds, answer.reason
    assert stack.served() == [PRODUCTION]
    assert stack.calls().count(STOP) == 1
    if not request_.succeeds:
        assert request_.says.format(test) in answer.reason
        assert "(ended by alarm shadow-is-slow: the reason of shadow-is-slow). Start a new run" in answer.reason


def _issue(stack: Stack, request_: Request, test: str) -> dict[str, Any]:
    old = None if request_.request_type == "Delete" else BEFORE
    event = stack.event(request_.request_type, request_.properties, physical_id=test, old=old)
    if request_.request_type == "Delete":
        # A resource that is removed from its stack. A guardrail does nothing while the whole stack is deleted.
        stack.status_during[event["RequestId"]] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    stack.status = stack.status_during[event["RequestId"]]
    stack.clock.advance(2)
    return event


# Both stop it.


def test_a_promotion_that_comes_before_the_guardrails_stop_is_made(stack: Stack, test: str) -> None:
    """The Update comes after the guardrail has asked for the stack's status."""
    made: list[Any] = []
    stack.sagemaker.faults.add(Hook(lambda _: made.append(stack.update(BEFORE, PROMOTED, test)), STOP))

    assert look(stack, test) is None

    assert made[0].succeeded, made[0].reason
    assert stack.served() == [SHADOW]
    assert stack.describe(test)["Status"] == "Completed"


@pytest.mark.parametrize("request_", AFTERWARDS.values(), ids=AFTERWARDS)
@pytest.mark.parametrize("comes_before", ["AddTags", STOP])
def test_a_request_that_comes_before_the_stop_never_fails_because_of_the_lease(
    stack: Stack, test: str, request_: Request, comes_before: str
) -> None:
    """It was issued before the look, and Lambda delivers it between the look and the Stop."""
    event = _issue(stack, request_, test)
    statuses: list[str] = []

    def deliver(_: object) -> None:
        stack.deliver(event)
        stack.run()
        if test in stack.names():
            statuses.append(stack.describe(test)["Status"])

    stack.sagemaker.faults.add(Hook(deliver, comes_before))
    look(stack, test)

    answer = stack.answers[-1]
    assert answer.at > stack.operation_began
    assert "lease" not in answer.reason
    if request_.request_type in ("Rollback", "Delete"):
        assert answer.succeeded, answer.reason
    if request_.request_type == "Delete":
        assert "Running" not in statuses


def test_two_guardrails_of_the_same_second_do_not_both_give_up(stack: Stack, test: str) -> None:
    """The other one takes the lease between the look and the Stop."""
    stack.sagemaker.faults.add(Hook(lambda _: look(stack, test), "AddTags", after=True))

    assert look(stack, test) is None

    assert stack.describe(test)["Status"] == "Cancelled"
    assert stack.tags(test)[PENDING_STOP] == ""
