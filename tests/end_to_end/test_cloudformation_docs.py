"""docs/cloudformation.md, from the first command to the last one, against the local AWS."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import loads

from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws
from tests.support.console import Command, commands_in
from tests.support.reader import Block, Reader, blocks

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "cloudformation.md"
DEPLOYMENT_FILE = "template-file-path"
GUARDED = "guarded-shadow-test.yaml"
PATIENCE = 60


class Deployer(Reader):
    """Also does what Git sync does, and notes the sampling after each command."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        super().__init__(folder, aws.environment)
        self.aws = aws
        self.sampled: list[int] = []

    def read(self, block: Block) -> None:
        super().read(block)
        if block.language == "yaml" and DEPLOYMENT_FILE in block.text:
            self._git_sync(yaml.safe_load(block.text))

    def follow(self, command: Command) -> None:
        super().follow(command)
        self.sampled += [
            each["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"]
            for each in self.aws.control.experiments()
        ]

    def _git_sync(self, deployment: dict[str, Any]) -> None:
        """What Git sync does with the deployment file: it deploys the template with its parameters and tags."""
        assert set(deployment) == {DEPLOYMENT_FILE, "parameters", "tags"}
        template = deployment[DEPLOYMENT_FILE]
        declared = loads((self.folder / template).read_text())["Parameters"]
        given = deployment["parameters"]
        assert all(isinstance(value, str) for value in given.values())
        assert {name for name, each in declared.items() if "Default" not in each} <= set(given) <= set(declared)
        parameters, tags = (
            " ".join(f"{key}={value}" for key, value in deployment[part].items()) for part in ("parameters", "tags")
        )
        done = self.run(
            "aws cloudformation deploy --stack-name ranking-shadow-test "
            f"--template-file {template} --parameter-overrides {parameters} --tags {tags}"
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    """With what the page takes for granted."""
    with LocalAws(speed=600) as aws:
        session = aws.session()
        session.client("s3").create_bucket(Bucket="shop-artifacts")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        session.client("iam").create_role(
            RoleName="sagemaker-execution",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        sagemaker = session.client("sagemaker")
        for model in ("ranking-2024", "ranking-2025", "ranking-2026"):
            sagemaker.create_model(ModelName=model, PrimaryContainer={"Image": "image"})
        served = {"VariantName": "AllTraffic", "ModelName": "ranking-2024", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(
            EndpointConfigName="shop-ranking", ProductionVariants=[served | {"InstanceType": "ml.m5.large"}]
        )
        sagemaker.create_endpoint(EndpointName="shop-ranking", EndpointConfigName="shop-ranking")
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="shop-ranking", WaiterConfig={"Delay": 1})
        yield aws


def test_the_page_is_true_from_the_first_command_to_the_last(aws: LocalAws, tmp_path: Path) -> None:
    reader = Deployer(aws, tmp_path)

    for block in blocks(PAGE, "console", "yaml"):
        reader.read(block)

    assert reader.ran == len(re.findall(r"^\$ ", PAGE.read_text(), re.MULTILINE))
    assert list(dict.fromkeys(reader.sampled)) == [10, 50, 75]
    assert [each["event"]["RequestType"] for each in aws.control.custom_resources()] == [
        "Create",
        "Update",  # 50 percent
        "Update",  # Git sync
        "Update",  # promoted
        "Update",  # another run
        "Delete",  # of the run before
        "Delete",
    ]
    assert {each["outcome"] for each in aws.control.custom_resources()} == {"SUCCESS"}
    (endpoint,) = aws.control.endpoints()
    assert [each["VariantName"] for each in endpoint["ProductionVariants"]] == ["Shadow"]
    assert not endpoint.get("ShadowProductionVariants")
    assert aws.control.experiments() == []
    assert aws.session().client("cloudformation").list_exports()["Exports"] == []


def until(happened: Callable[[], bool]) -> None:
    given_up = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < given_up, "it does not happen"
        time.sleep(0.5)


def test_the_alarm_of_the_guarded_test_ends_it(aws: LocalAws, tmp_path: Path) -> None:
    reader = Deployer(aws, tmp_path)
    provider = next(blocks(PAGE, "console")).text
    for command, _ in commands_in(provider.replace("ExperimentRoleArns=", "Guardrails=Enabled ExperimentRoleArns=")):
        done = reader.run(command)
        assert done.returncode == 0, done.stdout
    (guarded,) = (block for block in blocks(PAGE, "yaml") if block.file == GUARDED)
    reader.read(guarded)
    done = reader.run(f"aws cloudformation deploy --stack-name guarded --template-file {GUARDED}")
    assert done.returncode == 0, done.stdout

    def answer(milliseconds: float) -> dict[str, Any]:
        """The shadow variant answers so for a while. Returns the alarm."""
        shadow = Performance(latency_ms=milliseconds)
        performances = {"ranking-2024": Performance(latency_ms=40), "ranking-2025": shadow}
        aws.control.traffic(Traffic(requests_per_minute=600, performances=performances))
        aws.control.advance(timedelta(minutes=25))
        (alarm,) = aws.session().client("cloudwatch").describe_alarms()["MetricAlarms"]
        return dict(alarm)

    def test() -> dict[str, Any]:
        (only,) = aws.control.experiments()
        return dict(only)

    assert (answer(40)["StateValue"], test()["Status"]) == ("OK", "Running")

    alarm = answer(400)

    assert alarm["StateValue"] == "ALARM"
    until(lambda: test()["Status"] == "Cancelled")
    assert test()["StatusReason"].startswith(f"ended by alarm {alarm['AlarmName']} at 20")
    assert ": too slow for the checkout: " in test()["StatusReason"]
    (endpoint,) = aws.control.endpoints()
    assert [each["VariantName"] for each in endpoint["ProductionVariants"]] == ["AllTraffic"]
    assert not endpoint.get("ShadowProductionVariants")

    done = reader.run("aws cloudformation delete-stack --stack-name guarded")
    assert done.returncode == 0, done.stdout
    until(lambda: aws.control.experiments() == [])
    until(lambda: aws.session().client("events").list_rules()["Rules"] == [])
