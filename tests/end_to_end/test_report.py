"""A report of a deployed shadow test, on the traffic of the local AWS, by a user who may do no more than it needs."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk
from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws
from shadowtest.aws.policies import ACTIONS
from tests.support.shadowtest_process import credentials_with

APP = f"{sys.executable} {Path(__file__).with_name('app.py')}"
STACK = "EndToEnd"
HOURS = 6
PER_MINUTE = 600.0
PRODUCTION, SHADOW = Performance(latency_ms=40, cpu=30), Performance(latency_ms=60, errors_5xx=0.02, cpu=45)


class Reader:
    """The command line of a user with these actions."""

    def __init__(self, aws: LocalAws, actions: tuple[str, ...]) -> None:
        self._environment = aws.environment | credentials_with(aws, actions)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shadowtest", "report", *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)

    def report(self, *stacks: str) -> dict[str, Any]:
        done = self.run(*stacks, "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        (test,) = json.loads(done.stdout)["tests"]
        assert isinstance(test, dict)
        return test


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=60) as running:
        cdk = Cdk(running, APP)
        cdk.bootstrap()
        running.control.traffic(
            Traffic(requests_per_minute=PER_MINUTE, performances={"AllTraffic": PRODUCTION, "Shadow-01": SHADOW})
        )
        cdk.deploy(STACK)
        running.control.advance(timedelta(hours=HOURS))
        yield running


@pytest.fixture(scope="module")
def reader(aws: LocalAws) -> Reader:
    return Reader(aws, ACTIONS["report"])


def measure(test: dict[str, Any], metric: str, statistic: str) -> dict[str, Any]:
    (found,) = (each for each in test["measures"] if (each["metricName"], each["statistic"]) == (metric, statistic))
    assert isinstance(found, dict)
    return found


def test_both_variants_are_compared_over_the_time_of_the_test(aws: LocalAws, reader: Reader) -> None:
    test = reader.report(STACK)

    assert (test["stack"], test["status"], test["samplingPercentage"]) == (STACK, "Running", 10)
    start, end = (datetime.fromisoformat(test["window"][each]) for each in ("start", "end"))
    now = datetime.fromisoformat(aws.control.now())
    assert datetime.fromisoformat(test["start"]) <= start < end <= now - timedelta(minutes=3)

    minutes = (end - start).total_seconds() / 60
    assert minutes > 60 * HOURS - 30
    requests = measure(test, "Invocations", "total")
    assert requests["production"]["value"] == PER_MINUTE * minutes
    # The shadow variant was not there yet in the test's first minutes.
    assert requests["ratio"] == pytest.approx(0.1, rel=0.03)

    p50, p99 = (measure(test, "ModelLatency", statistic) for statistic in ("p50", "p99"))
    assert p50["production"]["value"] == pytest.approx(40, rel=0.1)
    assert p50["ratio"] == pytest.approx(1.5, rel=0.1)
    assert p99["shadow"]["value"] > 1.8 * p50["shadow"]["value"]
    assert p99["shadow"]["lowest"] <= p99["shadow"]["value"] <= p99["shadow"]["highest"]

    errors = measure(test, "Invocation5XXErrors", "share")
    assert (errors["production"]["value"], errors["ratio"]) == (0, None)
    assert errors["shadow"]["value"] == pytest.approx(2, rel=0.1)
    assert measure(test, "CPUUtilization", "average")["ratio"] == pytest.approx(1.5, rel=0.1)
    assert not any("GPU" in each["metricName"] for each in test["measures"])


def test_without_a_stack_the_running_tests_are_reported(reader: Reader) -> None:
    named, found = reader.report(STACK), reader.report()

    assert (found["stack"], found["logicalId"], found["experiment"]) == (
        named["stack"],
        named["logicalId"],
        named["experiment"],
    )


def test_the_page_is_made(reader: Reader, tmp_path: Path) -> None:
    page = tmp_path / "report.html"

    done = reader.run(STACK, "--out", f"html={page}", "--out", f"markdown={tmp_path / 'report.md'}")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Model latency, p99" in done.stdout
    assert page.read_text().count("<svg") == 5
    assert "| Requests | " in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize("action", ACTIONS["report"])
def test_each_action_is_needed(aws: LocalAws, action: str) -> None:
    others = tuple(each for each in ACTIONS["report"] if each != action)
    reader = Reader(aws, others)

    done = [reader.run(*stacks) for stacks in ((STACK,), ())]

    assert 1 in [each.returncode for each in done]
    denied = "".join(each.stderr for each in done)
    assert f"IAM does not allow {action}, which this command needs" in denied
    assert "Traceback" not in denied


def test_a_test_that_has_ended_is_reported_over_its_own_time(aws: LocalAws, reader: Reader) -> None:
    (experiment,) = aws.control.experiments()
    aws.session().client("sagemaker").stop_inference_experiment(
        Name=experiment["Name"], ModelVariantActions={"AllTraffic": "Retain", "Shadow-01": "Remove"}
    )
    aws.control.advance(timedelta(minutes=30))

    test = reader.report(STACK)

    assert test["status"] == "Completed"
    assert test["window"]["end"] <= test["end"]
    assert measure(test, "Invocations", "total")["ratio"] == pytest.approx(0.1, rel=0.03)
    assert reader.run().stdout == "No shadow tests found.\n"


def test_a_test_whose_record_is_gone_is_named(aws: LocalAws, reader: Reader) -> None:
    (experiment,) = aws.control.experiments()
    aws.session().client("sagemaker").delete_inference_experiment(Name=experiment["Name"])

    done = reader.run(STACK)

    assert (done.returncode, done.stdout) == (1, "No shadow tests found.\n")
    assert re.fullmatch(
        f"error: experiment {experiment['Name']} of ShadowTest\\w+ in stack {STACK} does not exist\n", done.stderr
    )
    assert reader.run("Nowhere").stderr == "error: there is no stack Nowhere in us-east-1\n"


def test_the_cdk_takes_the_local_time_for_that_of_aws(aws: LocalAws) -> None:
    assert "Custom::SageMakerInferenceExperiment" not in Cdk(aws, APP).diff(STACK)
