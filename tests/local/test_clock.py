"""Durations are set by SageMaker, so a clock may shorten them. Instants are set by the user."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.sagemaker import ManualClock, SageMaker, SystemClock


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(1.5)
    clock.advance(timedelta(minutes=1))
    assert clock.now() == datetime(2030, 1, 1, 0, 1, 1, 500000, tzinfo=UTC)
    assert clock.scaled(timedelta(hours=1)) == timedelta(hours=1)


def test_a_system_clock_hurries_transitions_and_not_instants() -> None:
    clock = SystemClock(speed=60)
    assert clock.scaled(timedelta(minutes=5)) == timedelta(seconds=5)
    before = datetime.now(UTC)
    assert timedelta() <= clock.now() - before < timedelta(seconds=5)
    clock.advance(timedelta(days=1))
    assert clock.now() - before >= timedelta(days=1)


def test_what_a_clock_can_not_do() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ManualClock(datetime(2030, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="backwards"):
        SystemClock().advance(-1)
    with pytest.raises(ValueError, match="speed"):
        SystemClock(speed=0)


def test_the_service_names_its_account_region_and_partition() -> None:
    clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
    service = SageMaker(clock, account="999999999999", region="cn-north-1", partition="aws-cn")
    created = service.call("CreateModel", {"ModelName": "M"})
    assert created["ModelArn"] == "arn:aws-cn:sagemaker:cn-north-1:999999999999:model/m"
