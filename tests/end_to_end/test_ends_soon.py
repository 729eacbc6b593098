"""Word before the end of a test: its alarm on the local AWS, by the clock and the metrics of the instances."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk
from local.sagemaker.traffic import Traffic
from local.seed import CHAMPION, ENDPOINT, seed
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('ends_soon.py')}"
PROMOTED = "shop-search"
SOON = timedelta(minutes=2)


class Watched:
    """The deployed test of an endpoint, and its alarms."""

    def __init__(self, aws: LocalAws, endpoint: str) -> None:
        self.aws, self.endpoint = aws, endpoint
        self._cdk = Cdk(aws, APP)

    def deploy(self, **context: str) -> None:
        self._cdk.deploy(f"EndsSoon-{self.endpoint}", context={"endpoint": self.endpoint, **context})

    def state(self, name: str = "ends-soon") -> str:
        alarms = self.aws.session().client("cloudwatch").describe_alarms(AlarmNames=[f"{self.endpoint}-{name}"])
        (alarm,) = alarms["MetricAlarms"]
        return str(alarm["StateValue"])

    def history(self) -> list[str]:
        """Its states after the one that it began with."""
        cloudwatch = self.aws.session().client("cloudwatch")
        items = cloudwatch.describe_alarm_history(
            AlarmName=f"{self.endpoint}-ends-soon", HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
        )
        changes = [json.loads(each["HistoryData"]) for each in items["AlarmHistoryItems"]]
        states = [each["newState"]["stateValue"] for each in changes]
        return [state for state in states if state != "INSUFFICIENT_DATA"]

    def dashboard(self) -> dict[str, Any]:
        cloudwatch = self.aws.session().client("cloudwatch")
        (name,) = (
            each["DashboardName"]
            for each in cloudwatch.list_dashboards()["DashboardEntries"]
            if each["DashboardName"].startswith(f"EndsSoon-{self.endpoint}")
        )
        return dict(json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]))

    @property
    def experiment(self) -> dict[str, Any]:
        (only,) = (
            each for each in self.aws.control.experiments() if each["EndpointMetadata"]["EndpointName"] == self.endpoint
        )
        return dict(only)

    @property
    def left(self) -> timedelta:
        end = datetime.fromisoformat(self.experiment["Schedule"]["EndTime"])
        return end - datetime.fromisoformat(self.aws.control.now())

    def advance_until(self, left: timedelta) -> None:
        """After a longer step, metrics would be published for longer periods than the alarm's."""
        while self.left > left:
            self.aws.control.advance(min(timedelta(hours=12), self.left - left))

    def updates(self) -> int:
        stack = f":stack/EndsSoon-{self.endpoint}/"
        events = [each["event"] for each in self.aws.control.custom_resources()]
        return [each["RequestType"] for each in events if stack in each["StackId"]].count("Update")


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=60) as aws:
        seed(aws)
        serving = {"VariantName": "AllTraffic", "ModelName": CHAMPION, "InitialInstanceCount": 1}
        sagemaker = aws.session().client("sagemaker")
        sagemaker.create_endpoint_config(
            EndpointConfigName=PROMOTED, ProductionVariants=[serving | {"InstanceType": "ml.m5.xlarge"}]
        )
        sagemaker.create_endpoint(EndpointName=PROMOTED, EndpointConfigName=PROMOTED)
        # No requests at all: the instances report their metrics nevertheless.
        aws.control.traffic(Traffic())
        Cdk(aws, APP).bootstrap()
        yield aws


@pytest.fixture(scope="module")
def watched(aws: LocalAws) -> Watched:
    return Watched(aws, ENDPOINT)


@pytest.fixture(scope="module")
def promoted(aws: LocalAws) -> Watched:
    return Watched(aws, PROMOTED)


def test_an_alarm_that_is_added_to_a_running_test_gets_its_end(watched: Watched, promoted: Watched) -> None:
    watched.deploy(days="2")
    assert watched.updates() == 0

    watched.deploy(days="2", watched="yes")
    promoted.deploy(days="2", watched="yes")
    watched.aws.control.advance(SOON)

    assert watched.updates() == 1
    assert (watched.state(), promoted.state()) == ("ALARM", "ALARM")
    assert watched.state("gets-nothing") == "OK"


def test_the_dashboard_has_the_time_that_is_left_and_the_way_to_the_console(watched: Watched) -> None:
    text, left, *_ = (widget["properties"] for widget in watched.dashboard()["widgets"])

    end = datetime.fromisoformat(watched.experiment["Schedule"]["EndTime"])
    assert f"({int(end.timestamp())} - EPOCH(" in str(left["metrics"])
    name = watched.experiment["Name"]
    address = f"https://console.aws.amazon.com/sagemaker/home?region=us-east-1#/shadow-tests/{name}"
    assert f"[Open in the console]({address})" in text["markdown"]
    assert "| production | AllTraffic | ranking-2025 | ml.m5.xlarge |" in text["markdown"]


def test_a_later_end_or_a_conclusion_lets_it_be_ok(watched: Watched, promoted: Watched) -> None:
    watched.deploy(days="4", watched="yes")
    promoted.deploy(days="2", watched="yes", promote="yes")
    watched.aws.control.advance(SOON)

    assert (watched.state(), promoted.state()) == ("OK", "OK")


def test_it_rings_when_less_is_left_and_is_ok_again_after_the_end(watched: Watched, promoted: Watched) -> None:
    watched.advance_until(timedelta(hours=72, minutes=3))
    assert watched.state() == "OK"
    watched.advance_until(timedelta(hours=71, minutes=57))
    assert watched.state() == "ALARM"
    watched.advance_until(timedelta(minutes=1))
    assert watched.state() == "ALARM"

    watched.advance_until(timedelta())
    watched.aws.control.advance(timedelta(minutes=30))
    assert watched.experiment["Status"] == "Completed"
    assert watched.state() == "OK"
    assert watched.history()[-4:] == ["ALARM", "OK", "ALARM", "OK"]

    # The variant that was promoted still reports its instances under its name.
    endpoints = {each["EndpointName"]: each["ProductionVariants"] for each in watched.aws.control.endpoints()}
    assert [each["VariantName"] for each in endpoints[PROMOTED]] == ["Shadow"]
    assert promoted.history()[-2:] == ["ALARM", "OK"]
