"""If the behavior of SageMaker is not documented, the handler is correct in each possible case."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from local.sagemaker import CancelFault
from simulation.declarations import PRODUCTION, PROMOTE, SHADOW, declared, variant
from tests.support.stack import Stack

OPEN_POINTS: list[dict[str, Any]] = [
    {},
    {"unscheduled_passes_created": True},
    {"unscheduled_passes_created": True, "created_pause": timedelta(minutes=20)},
    {"stop_in_created": True},
    {"delete_in_created": False, "stop_in_created": True},
    {"reports_actual_start": False},
    {"reports_actual_start": False, "unscheduled_passes_created": True},
    {"promoted_keeps_shadow_name": False},
    {"kms_key_reported_as_arn": True},
    {"tags_visible_after": timedelta(seconds=20)},
    {"visible_after_create": timedelta(seconds=20)},
    {"update_drops_what_is_left_out": True},
    {"stop_shows_after": timedelta(minutes=3)},
    {"endpoint_first_by": timedelta(minutes=3)},
    {"endpoint_first_by": timedelta(minutes=3), "stop_shows_after": timedelta(minutes=6)},
    {"shadow_deployed_before_start": True, "stop_in_created": True},
    {"shadow_deployed_before_start": True, "unscheduled_passes_created": True},
    {"tags_per_page": 2},
    {"starting": timedelta(minutes=20), "stopping": timedelta(minutes=15), "updating": timedelta(minutes=15)},
]

FULL = {
    "Schedule": {"Duration": "P3D"},
    "KmsKey": "alias/volumes",
    "DataStorageConfig": {"Destination": "s3://captures/shop/", "KmsKey": "1234abcd-12ab-34cd-56ef-1234567890ab"},
    "Tags": [{"Key": "team", "Value": "search"}],
}


@pytest.fixture(params=OPEN_POINTS, ids=lambda point: ",".join(point) or "as expected")
def either_way(request: pytest.FixtureRequest) -> Stack:
    stack = Stack(**request.param)
    # How often it looks changes nothing here, and whole lives are long.
    stack.poll_seconds = 60
    return stack


def test_a_life_from_create_to_promotion_and_delete(either_way: Stack) -> None:
    stack = either_way
    steps = [
        declared(**FULL),
        declared(**FULL, sampling=50),
        declared(**FULL, sampling=50, Description="half of it"),
        declared(**FULL | {"Schedule": {"Duration": "P6D"}}, sampling=50),
        declared(
            **FULL | {"Schedule": {"Duration": "P6D"}},
            sampling=50,
            DesiredState="Completed",
            ModelVariantActions=PROMOTE,
        ),
    ]
    answer = stack.create(steps[0])
    assert answer.succeeded, answer.reason
    name = answer.physical_id
    for before, after in pairwise(steps):
        answer = stack.update(before, after, name)
        assert answer.succeeded, answer.reason
        assert answer.physical_id == name
        stack.clock.advance(60)
        mark = stack.mark()
        assert stack.update(after | {"ServiceTimeout": 3000}, after, name).succeeded
        assert stack.calls(since=mark) == [], "the same once more changes nothing"
    assert stack.shadows() == []
    models = stack.call(
        "DescribeEndpointConfig",
        EndpointConfigName=stack.call("DescribeEndpoint", EndpointName="shop")["EndpointConfigName"],
    )["ProductionVariants"]
    assert [each["ModelName"] for each in models] == ["challenger"]
    answer = stack.delete(steps[-1], name)
    assert answer.succeeded, answer.reason


def test_a_scheduled_test_changes_starts_and_is_removed(either_way: Stack) -> None:
    stack = either_way
    schedule = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P3D"}
    scheduled = declared(**FULL | {"Schedule": schedule})
    changed = scheduled | {"ModelVariants": [variant(PRODUCTION, "champion"), variant(SHADOW, "contender")]}
    started = declared(**FULL, sampling=30) | {"ModelVariants": changed["ModelVariants"]}

    answer = stack.create(scheduled)
    assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Created"
    for before, after in ((scheduled, changed), (changed, started)):
        answer = stack.update(before, after, answer.physical_id)
        assert answer.succeeded, answer.reason
    assert answer.data["Status"] == "Running"

    assert stack.delete(started, answer.physical_id).succeeded
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_a_new_run_and_its_rollback(either_way: Stack) -> None:
    stack = either_way
    first, second = declared(**FULL), declared(**FULL, Run="2")
    old = stack.create(first).physical_id

    answer = stack.update(first, second, old)
    assert answer.succeeded, answer.reason
    rolled_back = stack.roll_back(second, first, answer.physical_id)

    assert rolled_back.succeeded, rolled_back.reason
    assert rolled_back.physical_id == old
    assert stack.delete(second, answer.physical_id).succeeded
    assert stack.shadows() == []


def test_a_failed_create_leaves_nothing_behind(either_way: Stack) -> None:
    stack = either_way
    stack.sagemaker.faults.add(CancelFault("Starting", "no capacity"))

    answer = stack.create(declared(**FULL))

    assert not answer.succeeded
    assert "no capacity" in answer.reason
    assert stack.delete(declared(**FULL), answer.physical_id).succeeded
    assert stack.names() == []
    assert stack.shadows() == []


def test_a_percentage_that_sagemaker_refuses_is_answered_with_its_words() -> None:
    stack = Stack(sampling_zero_allowed=False)

    answer = stack.create(declared(sampling=0))

    assert not answer.succeeded
    assert answer.reason.startswith("CreateInferenceExperiment: ValidationException: ")
    assert stack.delete(declared(sampling=0), answer.physical_id).succeeded
    assert stack.create(declared(sampling=1)).succeeded


def test_a_test_that_is_too_short_for_sagemaker_is_answered_with_its_words() -> None:
    stack = Stack(minimum_duration=timedelta(hours=2))
    short = declared(Schedule={"Duration": "PT1H"})

    answer = stack.create(short)

    assert not answer.succeeded
    assert answer.reason.startswith("CreateInferenceExperiment: ValidationException: ")
    assert stack.delete(short, answer.physical_id).succeeded
