"""A guardrail: an alarm rings, and the running test ends."""

from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler import index
from inference_experiment_handler.model.tags import LEASE, PENDING_STOP
from inference_experiment_handler.spec.limits import REASON
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from local.sagemaker import ConnectionFault, ErrorFault, SilentRollback
from simulation.cloudwatch import Refusal
from simulation.declarations import PRODUCTION, REMOVE, declared
from simulation.function import Context
from tests.support.guardrail import ALARM, look, ring, running
from tests.support.stack import Stack

STOP = "StopInferenceExperiment"
ENDS = ["AddTags", STOP, "AddTags"]
"""The intent, the Stop, and the verification."""


@pytest.fixture
def test(stack: Stack) -> str:
    """A running test whose alarm is OK."""
    return running(stack, declared())


def test_a_ringing_alarm_ends_the_test_and_production_stays(stack: Stack, test: str) -> None:
    ring(stack)

    assert look(stack, test) is None

    assert stack.calls() == ENDS
    described = stack.describe(test)
    assert described["Status"] == "Cancelled"
    assert described["StatusReason"].startswith(f"ended by alarm {ALARM}: the reason of {ALARM}")
    assert (stack.served(), stack.shadows()) == ([PRODUCTION], [])
    assert "-guardrail-" in stack.tags(test)[LEASE]
    assert stack.tags(test)[PENDING_STOP] == ""


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_in_another_state_ends_nothing(stack: Stack, test: str, state: str) -> None:
    stack.cloudwatch.alarms[ALARM] = state

    assert look(stack, test) is None

    assert stack.calls() == []


def test_an_alarm_that_was_deleted_ends_nothing(stack: Stack, test: str) -> None:
    assert look(stack, test, "another") is None
    assert stack.calls() == []


def test_one_of_several_alarms_is_enough_also_a_composite_one(stack: Stack, test: str) -> None:
    stack.cloudwatch.composite.add("second")
    ring(stack, "second")

    assert look(stack, test, ALARM, "second") is None

    assert stack.describe(test)["StatusReason"].startswith("ended by alarm second")


def test_the_reason_has_the_authors_words_in_one_line(stack: Stack, test: str) -> None:
    ring(stack)

    assert look(stack, test, reason="too slow for the checkout") is None

    said = stack.describe(test)["StatusReason"]
    assert said == f"ended by alarm {ALARM}: too slow for the checkout: the reason of {ALARM}"


def test_a_long_reason_is_cut_to_what_sagemaker_takes(stack: Stack, test: str) -> None:
    ring(stack)

    assert look(stack, test, reason="\N{SNAIL}" * 1000) is None

    said = stack.describe(test)["StatusReason"]
    assert len(said.encode("utf-16-le")) // 2 <= REASON.longest
    assert said.endswith("...")


@pytest.mark.parametrize("after", [timedelta(seconds=10), timedelta(seconds=40)], ids=["Creating", "Starting"])
def test_a_test_in_transition_is_waited_for(stack: Stack, after: timedelta) -> None:
    name = stack.create(declared(WaitFor="Created")).physical_id
    stack.status = "CREATE_COMPLETE"
    ring(stack)
    stack.sagemaker.record.clear()

    assert look(stack, name) is None

    assert stack.calls() == ENDS


def test_a_test_in_transition_is_not_waited_for_if_no_alarm_rings(stack: Stack, test: str) -> None:
    stack.call("UpdateInferenceExperiment", Name=test, Description="by hand")
    sleeps = stack.sleeps

    assert look(stack, test) is None

    assert stack.sleeps == sleeps


def test_a_test_before_its_start_is_not_ended(stack: Stack) -> None:
    name = running(stack, declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}))
    ring(stack)

    assert look(stack, name) is None

    assert stack.calls() == []


def test_a_test_that_somebody_else_stops_or_has_stopped_is_left(stack: Stack, test: str) -> None:
    ring(stack)
    stack.call(STOP, Name=test, ModelVariantActions=REMOVE, Reason="by hand")
    mark = stack.mark()

    assert look(stack, test) is None
    stack.clock.advance(3600)
    assert look(stack, test) is None

    assert stack.calls(since=mark) == []


def test_there_is_nothing_to_end_without_an_experiment(stack: Stack) -> None:
    ring(stack)
    assert look(stack, "gone") is None
    assert stack.calls() == []


def test_the_test_of_another_owner_is_not_touched(stack: Stack, test: str) -> None:
    ring(stack)
    assert look(stack, test, logical_id="Another") is None
    assert look(stack, test, stack_id=stack.stack_id.replace("Demo", "Other")) is None
    assert stack.calls() == []


def test_a_test_without_the_tags_of_its_owner_is_a_failure(stack: Stack, test: str) -> None:
    ring(stack)
    stack.call("DeleteTags", ResourceArn=stack.describe(test)["Arn"], TagKeys=list(stack.tags(test)))
    mark = stack.mark()

    error = look(stack, test)

    assert error is not None
    assert "does not have the tags of its owner" in error
    assert stack.calls(since=mark) == []


def test_the_test_of_a_deleted_stack_is_not_touched(stack: Stack, test: str) -> None:
    ring(stack)
    stack.status = "DELETE_COMPLETE"
    assert look(stack, test) is None
    assert stack.calls() == []


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
@pytest.mark.parametrize("in_transition", [False, True], ids=["Running", "Updating"])
def test_a_stack_that_is_being_deleted_ends_its_test_itself(
    stack: Stack, test: str, status: str, in_transition: bool
) -> None:
    """However long that takes, the guardrail does not fail."""
    if in_transition:
        stack.call("UpdateInferenceExperiment", Name=test, Description="by hand")
    ring(stack)
    stack.status = status
    mark, began = stack.mark(), stack.clock.now()

    assert look(stack, test) is None

    assert stack.calls(since=mark) == []
    assert timedelta(minutes=14) < stack.clock.now() - began < timedelta(minutes=17)


@pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_a_test_whose_stack_could_not_be_deleted_is_ended(stack: Stack, test: str, status: str) -> None:
    """By the request that waits, because the deletion has removed the rule."""
    ring(stack)
    stack.status = status

    def failed() -> None:
        stack.status = f"{status.partition('_IN')[0]}_FAILED"

    stack.while_waiting = failed
    assert look(stack, test) is None

    assert stack.describe(test)["Status"] == "Cancelled"


def test_production_keeps_the_instances_to_which_it_has_scaled(stack: Stack, test: str) -> None:
    ring(stack)
    stack.call(
        "UpdateEndpointWeightsAndCapacities",
        EndpointName="shop",
        DesiredWeightsAndCapacities=[{"VariantName": PRODUCTION, "DesiredInstanceCount": 4}],
    )
    stack.clock.advance(3600)

    assert look(stack, test) is None

    endpoint = stack.call("DescribeEndpoint", EndpointName="shop")
    assert [each["DesiredInstanceCount"] for each in endpoint["ProductionVariants"]] == [4]


# Failures.


def test_an_end_that_did_not_take_effect_is_a_failure_until_somebody_acts(stack: Stack, test: str) -> None:
    ring(stack)
    stack.sagemaker.faults.add(SilentRollback())

    error = look(stack, test)

    assert error is not None
    assert "is still on endpoint shop" in error
    again = look(stack, test)
    assert again is not None
    assert "is still on endpoint shop" in again


def test_a_stop_that_is_denied_is_a_failure(stack: Stack, test: str) -> None:
    ring(stack)
    stack.sagemaker.faults.add(ErrorFault(STOP, "AccessDeniedException", times=1000))

    error = look(stack, test)

    assert error is not None
    assert "AccessDenied" in error
    assert stack.describe(test)["Status"] == "Running"


def test_alarms_that_cant_be_read_are_a_failure(stack: Stack, test: str) -> None:
    ring(stack)
    stack.cloudwatch.refusals["DescribeAlarms"] = Refusal("AccessDenied")

    error = look(stack, test)

    assert error is not None
    assert error.startswith(f"{test}: DescribeAlarms: AccessDenied")
    assert stack.calls() == []


def test_a_handover_that_is_refused_is_a_failure_that_lambda_tries_again(stack: Stack, test: str) -> None:
    ring(stack)

    def refuse() -> bool:
        raise RuntimeError("throttled")

    stack.takes_handover, stack.timeout = refuse, timedelta(seconds=90)
    error = look(stack, test)
    assert error == "could not hand over to another invocation: throttled"

    stack.timeout = timedelta(minutes=15)
    stack.clock.advance(3600)
    assert look(stack, test) is None
    assert stack.tags(test)[PENDING_STOP] == ""


# Crashes, doubles and handovers.


def test_a_stop_takes_longer_than_an_invocation(stack: Stack, test: str) -> None:
    ring(stack)
    stack.timeout = timedelta(minutes=2)

    assert look(stack, test) is None

    assert stack.handovers > 1
    assert stack.calls() == ENDS


def test_a_stop_without_a_response_is_made_once(stack: Stack, test: str) -> None:
    ring(stack)
    stack.sagemaker.faults.add(ConnectionFault(STOP, after=True))

    assert look(stack, test) is None

    assert stack.calls() == ENDS


def test_two_looks_at_once_make_one_stop(stack: Stack, test: str) -> None:
    ring(stack)
    seen: list[str | None] = []

    def second() -> None:
        stack.while_waiting = None
        seen.append(look(stack, test))

    stack.while_waiting = second
    assert look(stack, test) is None

    assert seen == [None]
    assert stack.calls() == ENDS


def test_the_next_look_verifies_what_a_crashed_one_has_stopped(stack: Stack, test: str) -> None:
    ring(stack)

    class CrashError(Exception):
        pass

    def crash() -> None:
        raise CrashError

    stack.while_waiting = crash
    with pytest.raises(CrashError):
        look(stack, test)
    stack.while_waiting = None
    assert look(stack, test) is None
    assert stack.calls() == ENDS[:2], "the second one finds it Stopping"
    stack.clock.advance(3600)
    mark = stack.mark()

    assert look(stack, test) is None

    assert stack.calls(since=mark) == ["AddTags"]
    assert stack.tags(test)[PENDING_STOP] == ""


def test_an_alarm_that_goes_back_to_ok_while_it_waits_ends_nothing(stack: Stack, test: str) -> None:
    ring(stack)
    stack.call("UpdateInferenceExperiment", Name=test, Description="by hand")
    mark = stack.mark()

    def back_to_ok() -> None:
        stack.cloudwatch.alarms[ALARM] = "OK"

    stack.while_waiting = back_to_ok
    assert look(stack, test) is None

    assert stack.calls(since=mark) == []


# The event.


def serve(stack: Stack, event: dict[str, Any]) -> None:
    index.serve(event, Context(stack.clock), stack.ports)


def test_all_faults_of_an_event_are_named_at_once(stack: Stack) -> None:
    event = {
        "RequestType": "Guardrail",
        "StackId": "Demo",
        "PhysicalResourceId": "a_b",
        "Alarms": [{"Arn": "slow", "Reason": "two\nlines"}, {}],
        "Alarm": "slow",
    }

    with pytest.raises(InvalidPropertiesError) as raised:
        serve(stack, event)

    assert [fault.partition(" ")[0] for fault in raised.value.faults] == [
        "StackId",
        "LogicalResourceId",
        "PhysicalResourceId",
        "Alarms[0].Arn",
        "Alarms[0].Reason",
        "Alarms[1].Arn",
        "Alarm",
    ]
    assert stack.answers == []
