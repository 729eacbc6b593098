"""A promotion that is declared with ``PromoteIf``: judged before anything is touched, and refused unless it holds."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from inference_experiment_handler.model.journal import Journal
from simulation.cloudwatch import Refusal
from simulation.declarations import PRODUCTION, REMOVE, RETAIN, SHADOW, declared
from tests.support.gated_promotion import CHANGES, CRITERIA, gated, has_traffic, run_for_two_hours
from tests.support.interruption import stop_waiting
from tests.support.stack import Stack


@pytest.fixture
def name(stack: Stack) -> str:
    return run_for_two_hours(stack)


def test_a_shadow_that_is_as_good_is_promoted(stack: Stack, name: str) -> None:
    answer = stack.update(declared(), gated(), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [SHADOW]
    assert answer.data["Gate"] == "holds: 3 of 3 criteria at 2030-01-01T02:10:30Z"


@pytest.mark.parametrize(
    ("criterion", "challenger", "reason"),
    [
        (
            {"Type": "Traffic", "MinInvocations": 50_000},
            {},
            "PromoteIf is inconclusive: 1 of 1 criterion (Traffic) at ",
        ),
        (CRITERIA[1], {"latency_ms": 60}, "PromoteIf fails: 1 of 1 criterion (Latency p90) at "),
        (
            CRITERIA[2],
            {"errors_5xx": 0.05},
            "PromoteIf fails: 1 of 1 criterion (ErrorRate InvocationModelErrors) at ",
        ),
        (
            {"Type": "Alarms", "AlarmNames": ["too slow"]},
            {},
            "PromoteIf is inconclusive: 1 of 1 criterion (Alarms) at ",
        ),
        (
            {"Type": "Running", "AtLeast": "P2D"},
            {},
            "PromoteIf is inconclusive: 1 of 1 criterion (Running) at ",
        ),
    ],
    ids=["traffic", "latency", "errors", "alarms", "running"],
)
def test_a_promotion_is_refused_before_anything_is_touched(
    stack: Stack, criterion: dict[str, Any], challenger: dict[str, float], reason: str
) -> None:
    has_traffic(stack, **challenger)
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(hours=2))
    before, mark = stack.describe(name), stack.mark()
    tags = stack.tags(name)

    answer = stack.update(declared(), gated(criterion, sampling=50), name)

    assert not answer.succeeded
    assert answer.reason.startswith(reason)
    assert f"{name} is not promoted, and the test continues. Deploy again " in answer.reason
    assert not CHANGES & set(stack.calls(since=mark))
    assert (stack.describe(name), stack.tags(name)) == (before, tags)
    # The update that failed is rolled back without another judgement.
    asked = len(stack.cloudwatch.asked)
    rolled_back = stack.roll_back(gated(criterion, sampling=50), declared(), name)
    assert rolled_back.succeeded, rolled_back.reason
    assert rolled_back.data["Gate"] == ""
    assert len(stack.cloudwatch.asked) == asked
    assert stack.served() == [PRODUCTION]


def test_the_reason_says_value_limit_samples_and_window_and_when_there_will_be_enough(stack: Stack, name: str) -> None:
    answer = stack.update(declared(), gated({"Type": "Traffic", "MinInvocations": 50_000}, CRITERIA[1]), name)

    assert answer.reason == (
        f"PromoteIf is inconclusive: 1 of 2 criteria (Traffic) at 2030-01-01T02:10:30Z: {name} is not promoted, and "
        "the test continues. Deploy again after 2030-01-01T08:47:00Z, or change PromoteIf. Traffic is inconclusive: "
        "11,700 requests to Shadow-01, at least 50,000; at this rate, there will be enough data at "
        "2030-01-01T08:47:00Z, "
        "before the scheduled end of the test at 2030-01-08T00:05:00Z [2030-01-01T00:06:00Z to "
        "2030-01-01T02:07:00Z]. Latency p90 holds: 0.9863 times production's, at most 1.1 (median of 117 periods of "
        "PT1M, 0 of them beyond the limit; at least 100 samples in each, 4 with fewer left out) "
        "[2030-01-01T00:06:00Z to 2030-01-01T02:07:00Z]."
    )


@pytest.mark.parametrize("minutes", [30, 90, 150])
def test_a_percentile_with_too_few_samples_so_far_has_a_time(stack: Stack, minutes: int) -> None:
    """The shadow variant gets 1,200 requests an hour: enough for p99, but only in whole hours of the clock."""
    has_traffic(stack, per_minute=200)
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(minutes=minutes))
    slow = {"Type": "Latency", "Statistic": "p99", "Max": 500}

    answer = stack.update(declared(), gated(slow), name)

    assert not answer.succeeded
    assert "Deploy again after 2030-01-01T05:03:00Z, or change PromoteIf. Latency p99 is inconclusive" in answer.reason
    assert "2030-01-01T05:03:00Z, before the scheduled end of the test at 2030-01-08T00:05:00Z" in answer.reason


def test_a_promotion_goes_through_from_the_time_that_its_refusal_told(stack: Stack) -> None:
    has_traffic(stack, per_minute=200)
    name = stack.create(declared()).physical_id
    slow = {"Type": "Latency", "Statistic": "p99", "Max": 500}
    stack.clock.advance(timedelta(hours=5))

    answer = stack.update(declared(), gated(slow), name)

    assert answer.succeeded, answer.reason


def test_a_criterion_without_a_time_does_not_hide_the_time_of_the_others(stack: Stack, name: str) -> None:
    alarms = {"Type": "Alarms", "AlarmNames": ["unknown"]}

    answer = stack.update(declared(), gated({"Type": "Traffic", "MinInvocations": 50_000}, alarms), name)

    assert (
        "Deploy again not before 2030-01-01T08:47:00Z, or change PromoteIf. No time is known for Alarms. Traffic is "
        "inconclusive: "
    ) in answer.reason


def test_each_judgement_is_in_full_in_the_log_once(stack: Stack, name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        stack.update(declared(), gated(), name)

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict) and "gate" in record.msg]
    (line,) = lines
    assert line["gate"].startswith("holds: 3 of 3 criteria at ")
    assert [sentence.partition(":")[0] for sentence in line["criteria"]] == [
        "Traffic holds",
        "Latency p90 holds",
        "ErrorRate InvocationModelErrors holds",
    ]
    json.dumps(line)


def test_a_gate_that_is_declared_before_the_promotion_is_not_judged(stack: Stack, name: str) -> None:
    gate = {"Criteria": [{"Type": "Traffic", "MinInvocations": 10**9}]}

    answer = stack.update(declared(), declared(PromoteIf=gate, sampling=20), name)

    assert answer.succeeded, answer.reason
    assert (answer.data["Gate"], stack.cloudwatch.asked) == ("", [])


@pytest.mark.parametrize("actions", [REMOVE, RETAIN])
def test_an_end_without_a_promotion_has_no_gate(stack: Stack, name: str, actions: dict[str, str]) -> None:
    answer = stack.update(declared(), gated({"Type": "Traffic", "MinInvocations": 10**9}, actions=actions), name)

    assert answer.succeeded, answer.reason
    assert stack.cloudwatch.asked == []


def test_what_is_promoted_as_declared_is_not_judged_again(stack: Stack, name: str) -> None:
    assert stack.update(declared(), gated(), name).succeeded
    asked = len(stack.cloudwatch.asked)

    # Other criteria are no other conclusion.
    stricter = gated({"Type": "Traffic", "MinInvocations": 10**9})
    answer = stack.update(gated(), stricter, name)

    assert answer.succeeded, answer.reason
    assert len(stack.cloudwatch.asked) == asked
    assert answer.data["Gate"] == ""


def test_a_test_that_has_not_started_is_refused_without_a_judgement(stack: Stack) -> None:
    scheduled = {"StartTime": "2030-02-01T00:00:00Z", "Duration": "P5D"}
    name = stack.create(declared(Schedule=scheduled)).physical_id

    answer = stack.update(declared(Schedule=scheduled), gated(Schedule=scheduled), name)

    assert "has not started, so there is nothing to promote" in answer.reason
    assert stack.cloudwatch.asked == []


def test_a_delete_has_no_gate(stack: Stack, name: str) -> None:
    answer = stack.delete(gated({"Type": "Traffic", "MinInvocations": 10**9}), name)

    assert answer.succeeded, answer.reason
    assert stack.cloudwatch.asked == []


def test_a_rollback_does_not_promote(stack: Stack, name: str) -> None:
    mark = stack.mark()

    answer = stack.roll_back(declared(sampling=50), gated(sampling=20), name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Running"
    assert stack.describe(name)["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 20
    assert stack.cloudwatch.asked == []


@pytest.mark.parametrize("operation", ["AddTags", "StopInferenceExperiment"])
@pytest.mark.parametrize("keeps_journal", [True, False])
def test_once_the_stop_is_recorded_it_is_not_judged_again(
    stack: Stack, name: str, operation: str, keeps_journal: bool
) -> None:
    event = stack.event("Update", gated(), physical_id=name, old=declared())
    stop_waiting(stack, event, after=operation)
    asked = len(stack.cloudwatch.asked)
    assert asked > 0
    has_traffic(stack, per_minute=0)
    stack.cloudwatch.refusals["GetMetricData"] = Refusal("AccessDenied")

    stack.deliver(event)
    stack.run()

    assert stack.answers[-1].succeeded, stack.answers[-1].reason
    assert len(stack.cloudwatch.asked) == asked
    assert stack.served() == [SHADOW]


def test_an_update_of_the_test_does_not_lead_to_another_judgement(stack: Stack, name: str) -> None:
    answer = stack.update(declared(), gated(sampling=50), name)

    assert answer.succeeded, answer.reason
    assert "UpdateInferenceExperiment" in stack.calls()
    assert stack.served() == [SHADOW]
    assert len({call["EndTime"] for call in stack.cloudwatch.asked}) == 1


def test_the_headline_is_handed_over(stack: Stack, name: str) -> None:
    stack.timeout = timedelta(seconds=60)

    answer = stack.update(declared(), gated(sampling=50), name)

    assert answer.succeeded, answer.reason
    assert stack.handovers > 1
    assert answer.data["Gate"].startswith("holds: 3 of 3 criteria at ")


def test_a_test_that_is_taken_over_is_judged_before(stack: Stack) -> None:
    has_traffic(stack)
    properties = declared(Name="Ranking-Test")
    stack.call(
        "CreateInferenceExperiment",
        **{key: properties[key] for key in ("Name", "RoleArn", "EndpointName", "ModelVariants", "ShadowModeConfig")},
        Type="ShadowMode",
    )
    stack.clock.advance(timedelta(hours=2))
    mark = stack.mark()

    answer = stack.create(
        gated({"Type": "Traffic", "MinInvocations": 10**6}, Name="Ranking-Test", AdoptExisting=True, Schedule=None)
    )

    assert answer.reason.startswith("PromoteIf is inconclusive: 1 of 1 criterion (Traffic) at ")
    assert not CHANGES & set(stack.calls(since=mark))


def test_a_journal_of_another_version_has_no_judgement() -> None:
    assert Journal.from_json({"calls": {}}).gate is None
