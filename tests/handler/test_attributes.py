"""The attributes that templates may read are those of every response, and those that are documented."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inference_experiment_handler.model.attributes import ATTRIBUTES
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.runtime.response import attributes
from simulation.declarations import PROMOTE, declared
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


def test_a_test_without_a_schedule_has_an_end_though_sagemaker_may_not_report_it() -> None:
    stack = Stack(reports_actual_start=False)

    created = stack.create(declared(Schedule=None))

    assert created.data["EndTime"] == ""
    start = stack.describe(created.physical_id)["CreationTime"].timestamp()
    assert int(created.data["ScheduledEndEpoch"]) == int(start + 7 * 86_400)
