"""What an update sends: all fields that may change, because SageMaker may drop omitted fields."""

from typing import Any

import pytest

from simulation.declarations import CHAMPION, PRODUCTION, SHADOW, declared, variant
from tests.support.stack import Stack

SCHEDULED = {"StartTime": "2030-02-01T00:00:00Z", "EndTime": "2030-02-05T00:00:00Z"}


STORAGE = {"Destination": "s3://captures/shop"}


@pytest.mark.parametrize("drops", [True, False])
def test_data_capture_is_taken_away_before_the_start_if_sagemaker_does_so(drops: bool) -> None:
    stack = Stack(update_drops_what_is_left_out=drops)
    before = declared(Schedule=SCHEDULED, DataStorageConfig=STORAGE)
    name = stack.create(before).physical_id

    answer = stack.update(before, declared(Schedule=SCHEDULED), name)

    assert answer.succeeded == drops
    assert ("DataStorageConfig" in stack.describe(name)) != drops
    assert drops or "had no effect on DataStorageConfig" in answer.reason


@pytest.mark.parametrize("drops", [True, False])
@pytest.mark.parametrize(
    "changes",
    [
        {"Description": "another"},
        {"sampling": 50},
        {"Schedule": SCHEDULED | {"EndTime": "2030-02-06T00:00:00Z"}},
        {"ModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, "contender")]},
    ],
    ids=["description", "sampling", "end", "model"],
)
def test_an_update_sends_all_that_may_change(drops: bool, changes: dict[str, Any]) -> None:
    stack = Stack(update_drops_what_is_left_out=drops)
    before = declared(Schedule=SCHEDULED, DataStorageConfig=STORAGE, Description="before")
    name = stack.create(before).physical_id
    after = declared(**{"Schedule": SCHEDULED, "DataStorageConfig": STORAGE, "Description": "before"} | changes)
    mark = stack.mark()

    assert stack.update(before, after, name).succeeded

    (update,) = [call for call in stack.sagemaker.record[mark:] if call.operation == "UpdateInferenceExperiment"]
    assert set(update.parameters) == {
        "Name", "Description", "Schedule", "ModelVariants", "DataStorageConfig", "ShadowModeConfig"
    }  # fmt: skip
    live = stack.describe(name)
    assert live["DataStorageConfig"] == STORAGE
    assert live["Description"] == changes.get("Description", "before")


def test_an_update_of_a_running_test_sends_all_that_may_change_then(stack: Stack) -> None:
    before = declared(DataStorageConfig=STORAGE, Description="before")
    name = stack.create(before).physical_id
    mark = stack.mark()

    assert stack.update(before, before | {"Description": "after"}, name).succeeded

    (update,) = [call for call in stack.sagemaker.record[mark:] if call.operation == "UpdateInferenceExperiment"]
    assert set(update.parameters) == {"Name", "Description", "Schedule", "ShadowModeConfig"}
    assert set(update.parameters["Schedule"]) == {"EndTime"}
    assert stack.describe(name)["DataStorageConfig"] == STORAGE
