"""Durations and times: which are known at synth, and which units a token may have."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration

from sagemaker_inference_experiment import InvalidExperimentError, Schedule


def test_a_time_beyond_the_calendar_is_refused(declared: Any) -> None:
    start = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))

    with pytest.raises(InvalidExperimentError, match=r"start \(StartTime\) is '0001-01-01T00:00:00\+05:00', must be"):
        declared.experiment(schedule=Schedule.start_at(start))


def test_durations_that_are_tokens_have_the_unit_that_is_wanted(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    assert declared.rendered(service_timeout=Duration.seconds(number))["ServiceTimeout"] == {"Ref": "Number"}


def test_durations_that_cannot_be_told_are_refused_along_with_the_rest(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            schedule=Schedule.start_now(for_=Duration.millis(number)),
            service_timeout=Duration.minutes(number),
            sampling_percentage=101,
        )

    for words in (
        "schedule.duration is a token in millis, must be in days, hours, minutes or seconds",
        "service_timeout is a token in minutes, must be in seconds",
        "sampling_percentage (SamplingPercentage) is 101",
    ):
        assert words in str(raised.value)


def test_a_timeout_is_of_whole_seconds(declared: Any) -> None:
    with pytest.raises(
        InvalidExperimentError, match=r"service_timeout \(ServiceTimeout\) is 1\.5, must be an integer from 1 to 3600"
    ):
        declared.experiment(service_timeout=Duration.millis(1500))
