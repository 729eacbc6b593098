"""The attributes that templates may read are those of every response, and those that are documented."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inference_experiment_handler.model.attributes import ATTRIBUTES
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.runtime.response import LONGEST_BODY, attributes, fitted
from inference_experiment_handler.spec.declaration import ModelVariant
from simulation.declarations import CHALLENGER, PROMOTE, as_served, declared
from tests.support.situations import AS_IT_IS, END, START, desired_of, experiment_of, request_for
from tests.support.stack import Stack

DOCUMENT = Path(__file__).parents[2] / "docs" / "custom-resource.md"


def test_an_answer_has_each_of_them() -> None:
    request, desired = request_for("Create", AS_IT_IS), desired_of(AS_IT_IS)
    experiment = experiment_of("Running", request, applied=AS_IT_IS)

    for answer in (
        attributes(experiment, "shop", desired, desired, "holds"),
        attributes(None, "shop", desired, desired, ""),
        attributes(None, "shop", None, None, ""),
    ):
        assert tuple(answer) == ATTRIBUTES


@pytest.mark.parametrize("shadow_type", [None, "ml.g5.xlarge"])
def test_the_instance_types_are_those_of_the_test(stack: Stack, shadow_type: str | None) -> None:
    shadow: dict[str, Any] = {"ModelName": CHALLENGER}
    if shadow_type is not None:
        real_time = {"InstanceType": shadow_type, "InstanceCount": 1}
        shadow |= {
            "InfrastructureConfig": {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": real_time}
        }

    data = stack.create(as_served(ModelVariants=[shadow])).data

    assert data["ProductionInstanceType"] == "ml.m5.xlarge"
    assert data["ShadowInstanceType"] == (shadow_type or "ml.m5.xlarge")


def test_what_is_not_known_of_a_variant_is_none() -> None:
    experiment = experiment_of("Running", request_for("Create", AS_IT_IS), applied=AS_IT_IS)

    for unknown in (replace(experiment, variants={}, shadow_name=""), None):
        told = attributes(unknown, "shop", None, None, "")
        assert (told["ProductionInstanceType"], told["ShadowInstanceType"]) == ("none", "none")


def test_the_longest_attributes_fit_beside_long_reasons() -> None:
    request = request_for("Create", AS_IT_IS)
    experiment = experiment_of("Running", request, applied=AS_IT_IS)
    name, types = "n" * 63, f"ml.{'t' * 50}.xlarge"
    variants = {each: ModelVariant(each, "m" * 63, types, 1) for each in (name, "s" * 63)}
    longest = replace(
        experiment,
        name="e" * 120,
        arn=f"arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:inference-experiment/{'e' * 120}",
        status_reason="r" * 1024,
        endpoint_name=name,
        endpoint_config_name=name,
        production_name=name,
        shadow_name="s" * 63,
        variants=variants,
    )
    data = attributes(longest, "shop", None, None, "is inconclusive: 20 of 20 criteria at 2030-01-03T12:00:00Z")
    stack_id = f"arn:aws-us-gov:cloudformation:us-gov-west-1:123456789012:stack/{'s' * 128}/{'0' * 36}"

    body = fitted(
        {
            "Status": "SUCCESS",
            "Reason": "r" * 4096,
            "PhysicalResourceId": "e" * 120,
            "StackId": stack_id,
            "RequestId": "0" * 36,
            "LogicalResourceId": "l" * 255,
            "NoEcho": False,
            "Data": data,
        }
    )

    assert len(body) <= LONGEST_BODY
    assert {**json.loads(body)["Data"], "StatusReason": ""} == {**data, "StatusReason": ""}


def test_the_document_has_each_of_them() -> None:
    said = DOCUMENT.read_text().partition("`Fn::GetAtt` returns ")[2].partition(", with their values")[0]

    assert tuple(re.findall(r"`(\w+)`", said)) == ATTRIBUTES


@pytest.mark.parametrize("status", Status)
def test_only_a_test_that_will_end_has_a_scheduled_end(status: Status) -> None:
    experiment = experiment_of(status, request_for("Create", AS_IT_IS), applied=AS_IT_IS)

    epoch = attributes(experiment, "shop", None, None, "")["ScheduledEndEpoch"]

    assert epoch == ("0" if status in (Status.COMPLETED, Status.CANCELLED) else f"{END.timestamp():.0f}")


@pytest.mark.parametrize(
    ("schedule", "end"),
    [
        (None, START + timedelta(days=7)),
        ({"Duration": "P3D"}, START + timedelta(days=3)),
        ({"EndTime": END.isoformat()}, END),
    ],
)
def test_an_end_that_is_not_reported_is_the_declared_one_or_sagemakers(schedule: Any, end: datetime) -> None:
    experiment = replace(experiment_of("Running", request_for("Create", AS_IT_IS), applied=AS_IT_IS), end=None)

    told = attributes(experiment, "shop", desired_of(declared(Schedule=schedule)), None, "")

    assert (told["EndTime"], told["ScheduledEndEpoch"]) == ("", f"{end.timestamp():.0f}")


def test_without_any_time_there_is_no_end() -> None:
    experiment = experiment_of("Running", request_for("Create", AS_IT_IS), applied=AS_IT_IS)

    for unknown in (replace(experiment, start=None, end=None), None):
        assert attributes(unknown, "shop", None, None, "")["ScheduledEndEpoch"] == "0"


def test_the_scheduled_end_follows_the_test(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    longer = declared(Schedule={"Duration": "P9D"})

    updated = stack.update(declared(), longer, name)
    end = stack.describe(name)["Schedule"]["EndTime"]
    assert updated.data["ScheduledEndEpoch"] == f"{int(end.timestamp())}" == "1894233930"
    promoted = stack.update(longer, longer | {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}, name)
    assert promoted.data["EndTime"] > "2030-01-01"
    assert promoted.data["ScheduledEndEpoch"] == "0", "the promoted variant goes on to report its instances"


def test_an_attribute_that_is_new_to_a_deployed_test_comes_with_an_update_that_changes_nothing(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    answer = stack.update(declared(), declared(Attributes=["ScheduledEndEpoch"]), name)

    assert answer.data["ScheduledEndEpoch"] != "0"
    assert stack.calls(since=mark) == []


@pytest.mark.parametrize("attribute", ["Gate", "ProductionInstanceType", "ShadowInstanceType"])
def test_an_attribute_that_is_new_to_a_test_that_has_ended_comes_with_an_update_that_changes_nothing(
    stack: Stack, attribute: str
) -> None:
    promoted = declared(DesiredState="Completed", ModelVariantActions=PROMOTE)
    name = stack.create(declared()).physical_id
    assert stack.update(declared(), promoted, name).succeeded
    mark = stack.mark()

    answer = stack.update(promoted, promoted | {"Attributes": [attribute]}, name)

    assert answer.data[attribute] == ("" if attribute == "Gate" else "ml.m5.xlarge")
    assert stack.calls(since=mark) == []


def test_a_test_without_a_schedule_has_an_end_though_sagemaker_may_not_report_it() -> None:
    stack = Stack(reports_actual_start=False)

    created = stack.create(declared(Schedule=None))

    assert created.data["EndTime"] == ""
    start = stack.describe(created.physical_id)["CreationTime"].timestamp()
    assert int(created.data["ScheduledEndEpoch"]) == int(start + 7 * 86_400)
