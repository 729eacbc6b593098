"""Only the shadow variant's model is declared: production is taken as the endpoint serves it."""

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import CancelFault, ErrorFault
from simulation.declarations import CHALLENGER, CHAMPION, PRODUCTION, as_served, declared, variant
from simulation.endpoints import served
from tests.support.endpoint import Serving, delete, deploy, production_of, scale
from tests.support.interruption import meanwhile, stop_waiting
from tests.support.stack import Stack

SCHEDULE = {"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"}
PROMOTING: dict[str, Any] = {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}


def small(count: int) -> dict[str, Any]:
    """A shadow variant on another instance type."""
    instances = {"InstanceType": "ml.c5.xlarge", "InstanceCount": count}
    return {"ModelName": CHALLENGER, "InfrastructureConfig": {"RealTimeInferenceConfig": instances}}


def variants(stack: Stack, name: str) -> list[tuple[str, str, str, int]]:
    """Production first."""
    live = stack.describe(name)
    found = {
        each["VariantName"]: (each["ModelName"], config["InstanceType"], config["InstanceCount"])
        for each in live["ModelVariants"]
        for config in [each["InfrastructureConfig"]["RealTimeInferenceConfig"]]
    }
    source = live["ShadowModeConfig"]["SourceModelVariantName"]
    (shadow,) = found.keys() - {source}
    return [(role, *found[role]) for role in (source, shadow)]


def test_a_test_takes_production_as_it_is_served(stack: Stack) -> None:
    scale(stack, 4)

    answer = stack.create(as_served())

    assert answer.succeeded, answer.reason
    assert variants(stack, answer.physical_id) == [
        (PRODUCTION, CHAMPION, "ml.m5.xlarge", 4),
        ("Shadow", CHALLENGER, "ml.m5.xlarge", 4),
    ]
    assert answer.data["ProductionVariantName"] == PRODUCTION
    assert answer.data["ProductionModelName"] == CHAMPION
    assert answer.data["ShadowVariantName"] == "Shadow"
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=4)]


def test_what_was_taken_is_logged(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    scale(stack, 4)

    with caplog.at_level("INFO"):
        stack.create(as_served())

    said = f"production {PRODUCTION}: {CHAMPION} on 4 x ml.m5.xlarge, as served; shadow Shadow: {CHALLENGER} on 4 x"
    assert said in caplog.text


def test_what_was_taken_is_said_on_failure(stack: Stack) -> None:
    stack.sagemaker.faults.add(CancelFault("Creating", "no capacity"))

    answer = stack.create(as_served())

    assert not answer.succeeded
    assert f"production {PRODUCTION}: {CHAMPION} on 1 x ml.m5.xlarge, as served" in answer.reason


def test_what_was_to_be_taken_is_said_where_sagemaker_refuses_it(stack: Stack) -> None:
    stack.sagemaker.faults.add(ErrorFault("CreateInferenceExperiment", "ValidationException", "too many variants"))

    answer = stack.create(as_served())

    assert not answer.succeeded
    assert "too many variants" in answer.reason
    assert f"production {PRODUCTION}: {CHAMPION} on 1 x ml.m5.xlarge, as served" in answer.reason


def test_the_test_is_the_declared_one_from_then_on(stack: Stack) -> None:
    name = stack.create(as_served()).physical_id
    before = variants(stack, name)
    scale(stack, 1)
    mark = stack.mark()

    assert stack.update(as_served(), as_served(sampling=50), name).succeeded
    assert stack.update(as_served(sampling=50), as_served(sampling=50, ServiceTimeout=1800), name).succeeded

    assert stack.calls(since=mark).count("UpdateInferenceExperiment") == 1
    assert variants(stack, name) == before


def test_an_old_declaration_may_drop_what_it_said_of_production(stack: Stack) -> None:
    scale(stack, 4)
    before = declared(OnDelete={"DesiredState": "Cancelled"})
    name = stack.create(before).physical_id
    mark = stack.mark()
    dropped = as_served(ModelVariants=[variant("Shadow-01", CHALLENGER)], OnDelete={"DesiredState": "Cancelled"})

    answer = stack.update(before, dropped, name)

    assert answer.succeeded, answer.reason
    assert answer.physical_id == name
    assert set(stack.calls(since=mark)) <= {"AddTags"}
    assert answer.data["ShadowVariantName"] == "Shadow-01"
    assert stack.update(dropped, before, name).succeeded
    assert set(stack.calls(since=mark)) <= {"AddTags"}


def test_all_that_is_open_may_be_dropped_at_once(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    assert stack.update(declared(), as_served(), name).succeeded
    assert set(stack.calls(since=mark)) <= {"AddTags"}


def test_another_shadow_model_needs_a_new_run_all_the_same(stack: Stack) -> None:
    name = stack.create(as_served()).physical_id

    answer = stack.update(as_served(), as_served("contender"), name)

    assert not answer.succeeded
    assert "ModelVariants.Shadow.ModelName (declared contender, live challenger)" in answer.reason


def test_one_model_after_the_other_by_run_and_model_alone(stack: Stack) -> None:
    first = stack.create(as_served()).physical_id
    second = as_served("contender", Run="2")

    answer = stack.update(as_served(), second, first)
    assert answer.succeeded, answer.reason
    assert stack.delete(as_served(), first).succeeded

    assert variants(stack, answer.physical_id)[1][:2] == ("Shadow", "contender")
    assert stack.shadows() == ["Shadow"]


def test_a_promotion_is_followed_by_the_next_test(stack: Stack) -> None:
    scale(stack, 4)
    first = as_served()
    name = stack.create(first).physical_id
    scale(stack, 6)
    promoted = as_served(**PROMOTING)

    answer = stack.update(first, promoted, name)
    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving("Shadow", CHALLENGER, instances=6)]

    second = as_served("contender", Run="2")
    scale(stack, 3, "Shadow")
    answer = stack.update(promoted, second, name)
    assert answer.succeeded, answer.reason
    assert stack.delete(promoted, name).succeeded
    assert variants(stack, answer.physical_id) == [
        ("Shadow", CHALLENGER, "ml.m5.xlarge", 3),
        ("Shadow-2", "contender", "ml.m5.xlarge", 3),
    ]
    concluded = second | PROMOTING
    assert stack.update(second, concluded, answer.physical_id).succeeded
    assert production_of(stack) == [Serving("Shadow-2", "contender", instances=3)]


def test_the_next_test_may_itself_promote_the_one_before(stack: Stack) -> None:
    first = as_served(OnDelete=PROMOTING)
    name = stack.create(first).physical_id

    answer = stack.update(first, as_served("contender", Run="2"), name)

    assert answer.succeeded, answer.reason
    production, shadow = variants(stack, answer.physical_id)
    assert production[:2] == ("Shadow", CHALLENGER)
    assert shadow[:2] == ("Shadow-2", "contender")


def test_a_kept_shadow_is_tested_again_under_its_name(stack: Stack) -> None:
    kept = as_served(OnDelete={"ModelVariantActions": {"Shadow": "Retain"}})
    name = stack.create(kept).physical_id
    assert stack.delete(kept, name).succeeded
    assert stack.shadows() == ["Shadow"]

    answer = stack.create(as_served())

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize(
    ("production", "said"),
    [
        ([served("A"), served("B")], "has 2 production variants (A, B)"),
        ([served() | {"ModelName": None}], "has no model of its own"),
        ([served() | {"InstanceType": None}], "has no instance type"),
    ],
)
def test_an_endpoint_that_can_not_be_tested_is_refused(stack: Stack, production: Any, said: str) -> None:
    deploy(stack, [{key: value for key, value in each.items() if value is not None} for each in production])

    answer = stack.create(as_served())

    assert not answer.succeeded
    assert said in answer.reason
    assert stack.names() == []


def test_an_endpoint_that_is_not_there_is_refused(stack: Stack) -> None:
    answer = stack.create(as_served(EndpointName="no-such-endpoint"))

    assert not answer.succeeded
    assert "endpoint no-such-endpoint does not exist" in answer.reason


def test_another_shadow_on_the_endpoint_is_refused(stack: Stack) -> None:
    deploy(stack, [served()], [served("Somebodys", "contender")])

    answer = stack.create(as_served())

    assert not answer.succeeded
    assert "already has shadow variant Somebodys" in answer.reason


def test_a_scheduled_test_does_not_put_production_back(stack: Stack) -> None:
    before = as_served(Schedule=SCHEDULE)
    name = stack.create(before).physical_id
    deploy(stack, [served(model="contender")])

    answer = stack.update(before, as_served(), name)

    assert not answer.succeeded
    assert f"serves ModelName contender (the test has {CHAMPION})" in answer.reason
    assert "Start a new run" in answer.reason
    assert stack.update(before, as_served(Run="2"), name).succeeded
    assert production_of(stack) == [Serving(PRODUCTION, "contender")]


def test_an_endpoint_that_scales_between_the_look_and_the_start(stack: Stack) -> None:
    before = as_served(Schedule=SCHEDULE)
    name = stack.create(before).physical_id
    scale(stack, 5)

    assert stack.update(before, as_served(), name).succeeded

    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=5)]


def test_a_creation_that_was_lost_goes_on_with_what_was_taken(stack: Stack) -> None:
    event = stack.event("Create", as_served())
    stop_waiting(stack, event, after="CreateInferenceExperiment")
    stack.clock.advance(600)
    scale(stack, 4)

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert variants(stack, stack.answers[-1].physical_id)[0] == (PRODUCTION, CHAMPION, "ml.m5.xlarge", 1)


def test_a_rollback_goes_back_to_what_was_declared(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    answer = stack.roll_back(as_served(sampling=50), declared(), name)

    assert answer.succeeded, answer.reason


def test_a_promotion_is_proved_without_a_record(stack: Stack) -> None:
    name = stack.create(as_served()).physical_id
    assert stack.update(as_served(), as_served(**PROMOTING), name).succeeded
    stack.call("DeleteInferenceExperiment", Name=name)

    again = as_served(**PROMOTING, Reason="said once more")
    assert stack.update(as_served(**PROMOTING), again, name).succeeded
    deploy(stack, [served(model="contender")])
    answer = stack.update(again, as_served(**PROMOTING, Reason="and again"), name)
    assert not answer.succeeded
    assert f"endpoint shop does not serve model {CHALLENGER}" in answer.reason


def test_a_promotion_of_fewer_instances_says_so(stack: Stack) -> None:
    scale(stack, 4)
    test = as_served(ModelVariants=[small(2)])
    name = stack.create(test).physical_id

    assert stack.update(test, test | PROMOTING | {"Reason": "faster"}, name).succeeded

    assert stack.describe(name)["StatusReason"] == (
        "faster; Shadow serves on 2 x ml.c5.xlarge, instead of 4 x ml.m5.xlarge"
    )


def test_an_endpoint_may_scale_all_the_while(stack: Stack) -> None:
    stack.sagemaker.behaviour = stack.sagemaker.behaviour.changed({"creating": timedelta(minutes=2)})

    def runs() -> bool:
        return [stack.describe(name)["Status"] for name in stack.names()] == ["Running"]

    meanwhile(stack, lambda: scale(stack, 2), when=runs)

    answer = stack.create(as_served())

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, instances=2)]


def test_the_names_are_never_empty(stack: Stack) -> None:
    # CloudWatch refuses an alarm on a variant without a name.
    over = as_served(DesiredState="Cancelled")
    name = stack.create(as_served()).physical_id
    stack.call("StopInferenceExperiment", Name=name, ModelVariantActions={PRODUCTION: "Retain", "Shadow": "Remove"})
    stack.clock.advance(600)
    stack.call("DeleteInferenceExperiment", Name=name)

    answer = stack.update(as_served(), over, name)
    assert answer.data["ProductionVariantName"] == PRODUCTION
    assert answer.data["ProductionModelName"] == CHAMPION
    assert answer.data["ShadowVariantName"] == "Shadow"
    delete(stack)
    answer = stack.update(over, over | {"Reason": "once more"}, name)

    assert answer.succeeded, answer.reason
    assert {answer.data[f"{each}Name"] for each in ("ProductionVariant", "ProductionModel", "ShadowVariant")} == {
        "none"
    }
