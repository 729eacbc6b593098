"""What breaks in the middle: lost answers, lost progress, a failing handover, a request that was given up."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler import index
from local.sagemaker import CancelFault, ConnectionFault, ErrorFault, Hook, SilentRollback
from simulation.cloudformation import INVENTED
from simulation.declarations import PRODUCTION, PROMOTE, REMOVE, SHADOW, declared, variant
from simulation.endpoints import served
from simulation.function import Context
from tests.support.endpoint import deploy
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}


def update_the_endpoint(stack: Stack) -> None:
    stack.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")


def interject(stack: Stack, event: dict[str, Any]) -> None:
    """CloudFormation sends another request as soon as the first one waits."""

    def send() -> None:
        stack.while_waiting = None
        stack.serve_once(event)

    stack.while_waiting = send


def test_an_exception_in_a_later_invocation_is_answered(stack: Stack) -> None:
    stack.timeout = replace(Context(stack.clock)).timeout / 15
    stack.deliver(stack.event("Create", declared()))

    def break_later() -> None:
        if stack.handovers:
            raise RuntimeError("out of memory")

    stack.while_waiting = break_later
    stack.run()

    assert len(stack.answers) == 1
    assert not stack.answers[0].succeeded
    assert "out of memory" in stack.answers[0].reason
    assert stack.answers[0].physical_id.startswith("demo-shadowtest-1-")
    assert stack.answers[0].data == {}


def test_a_second_handover_that_is_refused_is_answered(stack: Stack) -> None:
    stack.timeout = Context(stack.clock).timeout / 15

    def first_alone() -> bool:
        if stack.handovers > 1:
            raise RuntimeError("TooManyRequestsException")
        return True

    stack.takes_handover = first_alone

    answer = stack.create(declared())

    assert len(stack.answers) == 1
    assert "could not hand over" in answer.reason
    assert answer.data == {}


def test_a_request_is_answered_once_and_each_handover_is_one_invocation() -> None:
    stack = Stack(starting=timedelta(minutes=50), tags_visible_after=timedelta(seconds=55))
    mark = stack.mark()

    answer = stack.create(declared())

    assert answer.succeeded, answer.reason
    assert stack.handovers == 3
    assert len(stack.answers) == 1
    assert stack.calls(since=mark) == ["CreateInferenceExperiment", "AddTags"]


def test_a_handover_that_lambda_loses_leaves_nothing_that_a_delete_does_not_remove() -> None:
    stack = Stack(starting=timedelta(minutes=50))
    stack.takes_handover = lambda: False
    stack.deliver(stack.event("Create", declared()))
    stack.run()
    assert stack.answers == []

    stack.takes_handover = lambda: True
    answer = stack.delete(declared(), INVENTED)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
    assert stack.shadows() == []


def test_what_another_version_has_handed_over_is_gone_on_with(stack: Stack) -> None:
    stack.timeout = Context(stack.clock).timeout / 15
    stack.takes_handover = lambda: False
    handed_over: list[dict[str, Any]] = []
    ports = replace(stack.ports, invoke=lambda _, payload: handed_over.append(json.loads(payload)))
    index.serve(stack.event("Create", declared()), Context(stack.clock, stack.timeout), ports)
    event = handed_over[0]
    event["CrHelperData"]["Progress"]["of_tomorrow"] = True
    del event["CrHelperData"]["Progress"]["named"]

    stack.takes_handover = lambda: True
    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded


def test_what_becomes_of_an_invocation_that_has_handed_over_is_not_answered() -> None:
    stack = Stack(starting=timedelta(minutes=40))
    stack.takes_handover = lambda: False

    def break_after() -> None:
        if stack.handovers:
            raise RuntimeError("out of memory")

    stack.while_waiting = break_after
    stack.deliver(stack.event("Create", declared()))
    stack.run()

    assert stack.answers == []


def test_a_delete_with_an_invented_id_stops_a_create_that_has_not_created_yet(stack: Stack) -> None:
    update_the_endpoint(stack)
    interject(stack, stack.event("Delete", declared(), physical_id=INVENTED))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert "CloudFormation no longer waits for this request" in create.reason
    assert "CreateInferenceExperiment" not in stack.calls()


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "before it shows"])
def test_what_was_created_when_cloudformation_had_given_it_up_is_removed(after: bool) -> None:
    stack = Stack(visible_after_create=timedelta(seconds=20))

    def give_up(_: object) -> None:
        stack.serve_once(stack.event("Delete", declared(), physical_id=INVENTED))

    stack.sagemaker.faults.add(Hook(give_up, "CreateInferenceExperiment", after=after))

    stack.deliver(stack.event("Create", declared()))
    stack.run()

    delete, create = stack.answers
    assert delete.succeeded
    assert not create.succeeded
    assert stack.call("ListInferenceExperiments")["InferenceExperiments"] == []
    assert stack.shadows() == []


def test_a_rollback_stops_a_recreation_that_has_not_created_yet(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE)
    stack.clock.advance(1200)
    stack.call("DeleteInferenceExperiment", Name=name)
    update_the_endpoint(stack)
    over = declared(Schedule={"EndTime": "2030-01-01T00:10:00Z"})
    # Back to a declaration that is over by now, so the rollback has nothing to do; the stack is through with it then.
    interject(stack, stack.event("Rollback", over, physical_id=name, old=declared()))
    event = stack.event("Update", declared(), physical_id=name, old=over)

    def done(_: object) -> None:
        stack.status = "UPDATE_ROLLBACK_COMPLETE"

    stack.sagemaker.faults.add(Hook(done, "DescribeEndpoint", times=None))
    stack.deliver(event)
    stack.run()

    rollback, cancelled = stack.answers[-2:]
    assert rollback.succeeded, rollback.reason
    assert not cancelled.succeeded
    assert stack.call("ListInferenceExperiments")["InferenceExperiments"] == []


def test_a_silent_rollback_is_noticed_by_a_delete_that_lost_all_it_knew(stack: Stack) -> None:
    promoting = declared(OnDelete={"ModelVariantActions": PROMOTE})
    name = stack.create(promoting).physical_id
    stack.sagemaker.faults.add(SilentRollback())
    event = stack.event("Delete", promoting, physical_id=name)
    stop_waiting(stack, event, after="StopInferenceExperiment")

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "does not serve production traffic" in stack.answers[-1].reason


def test_a_promotion_goes_on_after_all_is_forgotten(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    promoting = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    event = stack.event("Update", promoting, physical_id=name, old=declared())
    stop_waiting(stack, event, after="StopInferenceExperiment")

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert stack.served() == [SHADOW]


@pytest.mark.parametrize("fault", [ConnectionFault, ErrorFault], ids=lambda fault: fault.__name__)
def test_a_replacement_whose_create_was_lost_succeeds(stack: Stack, fault: type) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    lost = {"code": "InternalFailure", "status": 500} if fault is ErrorFault else {}
    stack.sagemaker.faults.add(fault("CreateInferenceExperiment", after=True, **lost))

    answer = stack.update(first, second, old)

    assert answer.succeeded, answer.reason
    assert stack.delete(first, old).succeeded
    assert stack.shadows() == [SHADOW]


def test_a_replacement_that_lost_all_it_knew_answers_with_the_new_id(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    event = stack.event("Update", second, physical_id=old, old=first)
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))

    stack.deliver(event)
    stack.run()

    answer = stack.answers[-1]
    assert not answer.succeeded
    assert "no capacity" in answer.reason
    assert answer.physical_id != old, "or nobody would ever delete it"


@pytest.mark.parametrize("removal", [{"ModelVariantActions": PROMOTE}, {"ModelVariantActions": None}], ids=str)
def test_what_never_came_about_promotes_nothing(stack: Stack, removal: dict[str, Any]) -> None:
    removal = {key: value or {PRODUCTION: "Retain", SHADOW: "Retain"} for key, value in removal.items()}
    properties = declared(OnDelete=removal)
    event = stack.event("Create", properties)
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(1200)

    assert stack.delete(properties, INVENTED).succeeded
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_scheduled_test_that_never_ran_promotes_nothing(stack: Stack) -> None:
    properties = declared(Schedule=SCHEDULED, OnDelete={"ModelVariantActions": PROMOTE, "Record": "Retain"})
    name = stack.create(properties).physical_id

    answer = stack.delete(properties, name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [PRODUCTION]


@pytest.mark.parametrize("lost", ["StopInferenceExperiment", "DeleteInferenceExperiment"])
def test_a_call_off_whose_answer_was_lost_is_done(lost: str) -> None:
    stack = Stack(stop_in_created=lost == "StopInferenceExperiment")
    name = stack.create(declared(Schedule=SCHEDULED)).physical_id
    stack.sagemaker.faults.add(ConnectionFault(lost, after=True))
    off = declared(Schedule=SCHEDULED, DesiredState="Cancelled")

    answer = stack.update(declared(Schedule=SCHEDULED), off, name)

    assert answer.succeeded, answer.reason
    assert stack.update(off, off | {"Description": "no longer"}, name).succeeded == (lost != "StopInferenceExperiment")


def test_an_orphan_that_was_deleted_without_an_answer_does_not_hold_up_the_rollback(stack: Stack) -> None:
    first, second = declared(), declared(Run="2")
    old = stack.create(first).physical_id
    stop_waiting(stack, stack.event("Update", second, physical_id=old, old=first), after="CreateInferenceExperiment")
    stack.sagemaker.faults.add(ConnectionFault("DeleteInferenceExperiment", after=True))

    answer = stack.roll_back(second, first, old)

    assert answer.succeeded, answer.reason
    assert [each["Name"] for each in stack.call("ListInferenceExperiments")["InferenceExperiments"]] == [old]


def test_a_refused_start_is_final_and_tried_once(stack: Stack) -> None:
    name = stack.create(declared(Schedule=SCHEDULED)).physical_id
    missing = 'Could not find model "challenger".'
    stack.sagemaker.faults.add(ErrorFault("StartInferenceExperiment", "ValidationException", missing, times=1000))
    mark = stack.mark()

    answer = stack.update(declared(Schedule=SCHEDULED), declared(), name)

    assert not answer.succeeded
    assert missing in answer.reason
    assert stack.calls(since=mark, reads=True).count("StartInferenceExperiment") == 1


def test_what_conflicts_for_ever_is_tried_once_a_poll_and_answered_in_time(stack: Stack) -> None:
    name = stack.create(declared(Schedule=SCHEDULED)).physical_id
    stack.sagemaker.faults.add(ErrorFault("StartInferenceExperiment", "ConflictException", "busy", times=100_000))
    mark, before = stack.mark(), stack.clock.now()

    answer = stack.update(declared(Schedule=SCHEDULED), declared(), name)

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


def test_an_older_request_that_comes_late_leaves_the_newer_ones_work_alone(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    late = stack.event("Update", declared(sampling=50), physical_id=name, old=declared())
    stack.clock.advance(60)
    newer = stack.update(declared(), declared(sampling=60), name)
    assert newer.succeeded, newer.reason
    mark = stack.mark()

    stack.deliver(late)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert "a newer request holds the lease" in stack.answers[-1].reason
    assert stack.calls(since=mark) == []


def test_the_deadline_counts_from_when_cloudformation_sent_the_request(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"starting": 90 * 60})
    event = stack.event("Create", declared())
    sent = stack.clock.now()
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(1800)

    stack.deliver(event)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert (stack.answers[-1].at - sent).total_seconds() < 3600


@pytest.mark.parametrize(
    "query", ["Expires={expires}", "X-Amz-Date=nonsense", "", "Expires=99999999999999999999"], ids=str
)
def test_an_address_that_does_not_say_when_it_was_signed_will_do(stack: Stack, query: str) -> None:
    event = stack.event("Create", declared())
    expires = int(stack.clock.now().timestamp()) + 7200
    event["ResponseURL"] = f"https://cloudformation.test/answer/1?{query.format(expires=expires)}"

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded


def test_a_drifted_production_is_not_overwritten_by_a_start_of_ours(stack: Stack) -> None:
    before = declared(Schedule=SCHEDULED)
    name = stack.create(before).physical_id
    deploy(stack, [served(model="contender")])
    mark = stack.mark()

    answer = stack.update(before, declared(), name)

    assert not answer.succeeded
    assert "mirror what production serves" in answer.reason
    assert stack.calls(since=mark) == []
    mirrored = declared(ModelVariants=[variant(PRODUCTION, "contender"), variant(SHADOW, "challenger")])
    assert stack.update(before, mirrored, name).succeeded
