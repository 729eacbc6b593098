"""Delete: nothing of the resource runs or is billed afterwards, and nothing else is changed."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import CancelFault, ErrorFault, SilentRollback
from simulation.cloudformation import STACK_ID
from simulation.declarations import CHALLENGER, CHAMPION, PRODUCTION, PROMOTE, RETAIN, SHADOW, declared, variant
from tests.support.foreign import THEIRS, make_theirs
from tests.support.interruption import stop_once
from tests.support.stack import Stack
from tests.support.statuses import reported_as

SCHEDULED = declared(Schedule={"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"})


def test_a_running_test_is_cancelled_the_shadow_removed_and_the_record_deleted(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    stop = next(call for call in stack.sagemaker.record[mark:] if call.operation == "StopInferenceExperiment")
    assert stop.parameters == {
        "Name": name,
        "ModelVariantActions": {PRODUCTION: "Retain", SHADOW: "Remove"},
        "DesiredState": "Cancelled",
        "Reason": f"deleted with ShadowTest of stack {STACK_ID}",
    }
    assert stack.calls(since=mark) == ["AddTags", "StopInferenceExperiment", "DeleteInferenceExperiment"]
    assert stack.names() == []
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


@pytest.mark.parametrize(
    ("actions", "served", "shadows"),
    [(RETAIN, [PRODUCTION], [SHADOW]), (PROMOTE, [SHADOW], [])],
    ids=["retain both", "promote"],
)
def test_it_ends_as_it_is_declared_to(
    stack: Stack, actions: dict[str, str], served: list[str], shadows: list[str]
) -> None:
    properties = declared(
        OnDelete={"ModelVariantActions": actions, "DesiredState": "Completed", "Reason": "done", "Record": "Retain"}
    )
    name = stack.create(properties).physical_id

    assert stack.delete(properties, name).succeeded
    assert stack.describe(name)["Status"] == "Completed"
    assert stack.describe(name)["StatusReason"] == "done"
    assert stack.served() == served
    assert stack.shadows() == shadows


@pytest.mark.parametrize("delete_is_legal", [True, False])
@pytest.mark.parametrize("stop_is_legal", [True, False])
@pytest.mark.parametrize("record", ["Delete", "Retain"])
def test_a_scheduled_test_never_starts_once_it_is_deleted(
    delete_is_legal: bool, stop_is_legal: bool, record: str
) -> None:
    stack = Stack(delete_in_created=delete_is_legal, stop_in_created=stop_is_legal)
    properties = SCHEDULED | {"OnDelete": {"Record": record}}
    name = stack.create(properties).physical_id

    answer = stack.delete(properties, name)

    if not answer.succeeded:
        assert not delete_is_legal
        assert not stop_is_legal
        assert "ConflictException" in answer.reason
        return
    stack.clock.advance(60 * 86_400)
    listed = stack.call("ListInferenceExperiments")["InferenceExperiments"]
    assert [each["Status"] for each in listed] in ([], ["Cancelled"])
    assert stack.shadows() == []


@pytest.mark.parametrize(
    "physical_id", ["gone-already", "Demo-ShadowTest-ABCDEFGHIJKL", "not a name!", "x" * 500, "arn:aws:x"]
)
def test_what_is_not_there_is_deleted(stack: Stack, physical_id: str) -> None:
    mark = stack.mark()

    answer = stack.delete(declared(), physical_id)

    assert answer.succeeded
    assert answer.physical_id == physical_id
    assert stack.calls(since=mark) == []


def test_an_id_that_cloudformation_invented_finds_the_experiment_by_its_name(stack: Stack) -> None:
    stack.create(declared())

    assert stack.delete(declared(), "Demo-ShadowTest-1ABCDEFGHIJK").succeeded
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"ModelVariants": "nonsense", "OnDelete": "nonsense", "ShadowModeConfig": []},
        declared(OnDelete={"ModelVariantActions": {"other": "Remove"}}),
        declared(OnDelete={"Shape": "of another version"}),
    ],
    ids=["none", "nonsense", "other variants", "another shape"],
)
def test_properties_that_cannot_be_read_end_it_the_safe_way(stack: Stack, properties: dict[str, Any]) -> None:
    name = stack.create(declared()).physical_id

    assert stack.delete(properties, name).succeeded
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


@pytest.mark.parametrize(
    "reason",
    ["done\nand over", "done\r", "done\x85", "done\u2028", "done\u2029", "x" * 1025, ["done"]],
    ids=["newline", "carriage return", "next line", "line separator", "paragraph separator", "too long", "no text"],
)
def test_a_reason_that_cannot_be_sent_is_left_out_and_the_rest_is_done(
    stack: Stack, caplog: pytest.LogCaptureFixture, reason: Any
) -> None:
    name = stack.create(declared()).physical_id
    # An older version of the handler has let such a reason pass.
    on_delete = {"ModelVariantActions": PROMOTE, "DesiredState": "Completed", "Reason": reason, "Record": "Retain"}

    with caplog.at_level(logging.WARNING, logger="inference_experiment_handler"):
        answer = stack.delete(declared(OnDelete=on_delete), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]
    assert stack.shadows() == []
    assert stack.describe(name)["StatusReason"] == f"deleted with ShadowTest of stack {STACK_ID}"
    assert "OnDelete.Reason is " in caplog.text


def test_a_rollback_may_go_back_to_a_reason_that_cannot_be_sent(stack: Stack) -> None:
    before = declared(OnDelete={"Reason": "done\nand over"})
    name = stack.create(declared()).physical_id

    assert stack.roll_back(declared(sampling=50), before, name).succeeded
    assert not stack.create(before).succeeded


def test_a_record_is_kept_though_the_roles_of_the_variants_cannot_be_read(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    properties = declared(ShadowModeConfig="nonsense", OnDelete={"ModelVariantActions": RETAIN, "Record": "Retain"})

    assert stack.delete(properties, name).succeeded
    assert stack.describe(name)["Status"] == "Cancelled"
    assert stack.shadows() == []


def test_a_stop_that_shows_late_is_waited_for() -> None:
    stack = Stack(stop_shows_after=timedelta(minutes=10))
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.calls(since=mark).count("StopInferenceExperiment") == 1
    assert stack.shadows() == []
    assert stack.names() == []


def test_a_test_that_ended_by_itself_only_loses_its_record(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(8 * 86_400)
    mark = stack.mark()

    assert stack.delete(declared(), name).succeeded
    assert stack.calls(since=mark) == ["DeleteInferenceExperiment"]


def test_a_record_is_kept_if_declared(stack: Stack) -> None:
    properties = declared(OnDelete={"Record": "Retain"})
    name = stack.create(properties).physical_id

    assert stack.delete(properties, name).succeeded
    assert stack.describe(name)["Status"] == "Cancelled"
    assert stack.shadows() == []


@pytest.mark.parametrize("transition", ["Creating", "Starting", "Updating", "Stopping"])
def test_every_transition_is_waited_out(stack: Stack, transition: str) -> None:
    stack.poll_seconds = 5
    name = reach(stack, transition)
    assert stack.describe(name)["Status"] == transition

    assert stack.delete(declared(), name).succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def reach(stack: Stack, transition: str) -> str:
    name = stack.create(declared()).physical_id
    if transition in ("Creating", "Starting"):
        stack.delete(declared(), name)
        stack.sagemaker.settle()
        stop_once(stack, stack.event("Create", declared()), lambda: stack.describe(name)["Status"] == transition)
    elif transition == "Updating":
        stack.call("UpdateInferenceExperiment", Name=name, Description="x")
    else:
        stack.call("StopInferenceExperiment", Name=name, ModelVariantActions={PRODUCTION: "Retain", SHADOW: "Remove"})
    return name


def test_a_shadow_that_stays_on_the_endpoint_is_no_success(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(SilentRollback())

    answer = stack.delete(declared(), name)

    assert not answer.succeeded
    assert f"shadow variant {SHADOW} is still on endpoint shop" in answer.reason
    assert "billed" in answer.reason


@pytest.mark.parametrize(
    "fault",
    [
        ErrorFault("StopInferenceExperiment", "ConflictException", "in progress", times=3),
        ErrorFault("DeleteInferenceExperiment", "ConflictException", "in progress", times=3),
        ErrorFault("StopInferenceExperiment", "ThrottlingException", "Rate exceeded", times=3),
        ErrorFault("StopInferenceExperiment", "InternalFailure", "oops", status=500, after=True),
        ErrorFault("DeleteInferenceExperiment", "InternalFailure", "oops", status=500, after=True),
        ErrorFault("DescribeInferenceExperiment", "InternalFailure", "oops", status=500, times=3),
        CancelFault("Stopping", "half way"),
    ],
    ids=str,
)
def test_what_passes_is_waited_out(stack: Stack, fault: Any) -> None:
    name = stack.create(declared()).physical_id
    stack.sagemaker.faults.add(fault)

    answer = stack.delete(declared(), name)

    if isinstance(fault, CancelFault):
        # Whatever SageMaker says of the experiment, the endpoint tells whether the shadow is gone.
        assert answer.succeeded == (stack.shadows() == [])
        return
    assert answer.succeeded, answer.reason
    assert stack.names() == []


def test_an_endpoint_that_was_deleted_meanwhile_is_no_obstacle(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions={PRODUCTION: "Retain", SHADOW: "Remove"})
    stack.clock.advance(1200)
    stack.call("DeleteEndpoint", EndpointName="shop")
    stack.clock.advance(1200)

    assert stack.delete(declared(), name).succeeded


def test_an_unknown_status_that_passes_is_waited_out(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    passes = stack.clock.now() + timedelta(minutes=20)

    with reported_as(stack, "Paused", until=passes):
        answer = stack.delete(declared(), name)

    assert answer.succeeded
    assert stack.clock.now() >= passes
    assert stack.names() == []
    assert stack.shadows() == []


@pytest.mark.parametrize(
    ("action", "production", "shadows"),
    [("Promote", [SHADOW], []), ("Retain", [PRODUCTION], [SHADOW]), ("Remove", [PRODUCTION], [])],
)
def test_a_test_in_an_unknown_status_ends_as_it_is_declared(
    stack: Stack, action: str, production: list[str], shadows: list[str]
) -> None:
    actions = {PRODUCTION: "Remove" if action == "Promote" else "Retain", SHADOW: action}
    ending = declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": actions})
    name = stack.create(ending).physical_id
    stack.clock.advance(timedelta(days=1))

    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=2)):
        answer = stack.delete(ending, name)

    assert answer.succeeded, answer.reason
    assert (stack.served(), stack.shadows()) == (production, shadows)
    assert stack.names() == []


def test_an_unknown_status_that_stays_is_named_at_the_deadline(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    with reported_as(stack, "Paused"):
        answer = stack.delete(declared(), name)

    assert not answer.succeeded
    assert "'Paused'" in answer.reason
    # What may be legal was tried.
    assert "StopInferenceExperiment" in stack.calls(since=mark)
    assert stack.delete(declared(), name).succeeded
    assert stack.names() == []


def test_the_tags_of_a_creation_that_show_late_do_not_supersede_the_delete_of_the_same_second() -> None:
    stack = Stack(tags_visible_after=timedelta(minutes=1))
    with reported_as(stack, "Paused", until=stack.clock.now() + timedelta(minutes=10)):
        failed = stack.create(declared())
        assert "'Paused'" in failed.reason
        stack.deliver(stack.event("Delete", declared(), physical_id=failed.physical_id))
        stack.clock.advance(40)

        stack.run()

    assert stack.answers[-1].succeeded
    assert stack.names() == []


def test_a_kept_record_is_no_ground_to_blame_the_next_tests_shadow(stack: Stack) -> None:
    kept = declared(OnDelete={"Record": "Retain"})
    name = stack.create(kept).physical_id
    assert stack.delete(kept, name).succeeded
    make_theirs(stack)
    stack.clock.advance(1200)
    assert stack.shadows() == [SHADOW]

    answer = stack.delete(kept, name)

    assert answer.succeeded, answer.reason
    assert stack.describe(THEIRS)["Status"] == "Running"


@pytest.mark.parametrize("took_effect", [True, False])
def test_the_end_of_a_test_that_someone_started_early_is_verified(took_effect: bool) -> None:
    # SageMaker may still report the planned start, so the test seems to have ended before its start.
    stack = Stack(reports_actual_start=False)
    resized = [variant(PRODUCTION, CHAMPION, count=2), variant(SHADOW, CHALLENGER, count=2)]
    properties = SCHEDULED | {"OnDelete": {"ModelVariantActions": RETAIN, "DesiredModelVariants": resized}}
    name = stack.create(properties).physical_id
    stack.call("StartInferenceExperiment", Name=name)
    stack.clock.advance(1200)
    if not took_effect:
        stack.sagemaker.faults.add(SilentRollback())

    answer = stack.delete(properties, name)

    assert answer.succeeded == took_effect
    assert took_effect or "has 1 instance of" in answer.reason
    assert stack.shadows() == [SHADOW]
