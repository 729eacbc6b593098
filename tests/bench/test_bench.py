"""The measurements still run. Their results are not checked."""

import logging
from datetime import timedelta

import pytest

from bench import __main__, command_line, cost, lag, scale, start


def test_every_measurement_is_printed_beside_its_reference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lag, "TRANSITIONS", 3)
    monkeypatch.setattr(start, "RUNS", 1)
    monkeypatch.setattr(cost, "LIVES", 3)
    monkeypatch.setattr(scale, "EXPERIMENTS", 4)
    monkeypatch.setattr(scale, "STACKS", 2)
    monkeypatch.setattr(scale, "RUNS", 1)
    monkeypatch.setattr(command_line, "RUNS", 1)
    monkeypatch.setattr(logging, "disable", lambda _: None)

    __main__.main()

    printed = capsys.readouterr().out
    for reference in (
        "stock crhelper, every 60 s",
        "botocore alone",
        "CDK's Provider",
        "CDK's AwsCustomResource",
        "aws_s3.Bucket(enforce_ssl=True)",
        "CfnInferenceExperiment",
        "python -c 'import click, yaml, inference_experiment_handler.spec.parser'",
    ):
        assert reference in printed


def test_the_answer_comes_within_one_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    # Simulated time, so no machine is too slow for it.
    monkeypatch.setattr(lag, "TRANSITIONS", 5)
    assert max(wait.lag for wait in lag.of_the_handler(lag.of_any_length()).each) <= 5.5


def test_a_long_create_observes_at_its_interval_on_average() -> None:
    (wait,) = lag.of_the_handler(lag.of_a_create(timedelta(minutes=18))).each
    # 216 observations at 5 seconds. A few of them have several calls.
    assert 18 * 60 / 5 <= wait.calls <= 250
