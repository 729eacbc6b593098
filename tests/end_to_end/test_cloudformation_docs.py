"""docs/cloudformation.md, from the first command to the last one, against the local AWS."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import loads

from local.server import LocalAws
from tests.support.console import Command
from tests.support.reader import Block, Reader, blocks

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "cloudformation.md"
DEPLOYMENT_FILE = "template-file-path"


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
