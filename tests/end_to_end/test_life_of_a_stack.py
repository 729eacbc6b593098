"""Everything together: the real ``cdk`` CLI, CloudFormation's events, the packaged function with its own IAM role."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk, CdkFailed
from local.sagemaker import CancelFault
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('app.py')}"
STACK = "EndToEnd"


class Deployed:
    """The stack, as its owner and SageMaker see it."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self._cdk = Cdk(aws, APP)

    def bootstrap(self) -> None:
        self._cdk.bootstrap()

    def deploy(self, **declared: Any) -> str:
        return self._cdk.deploy(STACK, context={"declared": json.dumps(declared)})

    def destroy(self) -> None:
        self._cdk.destroy(STACK)

    @property
    def status(self) -> str:
        cloudformation = self.aws.session().client("cloudformation")
        return str(cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        cloudformation = self.aws.session().client("cloudformation")
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        return {each["OutputKey"].removeprefix("Attribute"): each["OutputValue"][1:] for each in stack["Outputs"]}

    @property
    def experiments(self) -> list[dict[str, Any]]:
        return self.aws.control.experiments()

    @property
    def experiment(self) -> dict[str, Any]:
        (only,) = self.experiments
        return only

    @property
    def sampling(self) -> int:
        return int(self.experiment["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"])

    def served(self, kind: str = "ProductionVariants") -> list[str]:
        (endpoint,) = self.aws.control.endpoints()
        return [variant["VariantName"] for variant in endpoint.get(kind, [])]

    def requests(self, since: int = 0) -> list[tuple[str, bool]]:
        return [
            (each["event"]["RequestType"], each["outcome"] == "SUCCESS")
            for each in self.aws.control.custom_resources()[since:]
        ]

    def mark(self) -> int:
        return len(self.aws.control.custom_resources())

    def calls_of_the_function(self) -> list[str]:
        return [call["operation"] for call in self.aws.control.calls() if "Provider" in call["principal"]]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with LocalAws(speed=60) as aws:
        stack = Deployed(aws)
        stack.bootstrap()
        yield stack


def test_a_life_from_create_to_promotion_and_destroy(deployed: Deployed) -> None:
    # A scheduled test is created, and started by a change of its schedule, along with other changes.
    start = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    deployed.deploy(start=start, tags=["team", "stage"])
    name = deployed.experiment["Name"]
    assert deployed.outputs["Name"] == name
    assert deployed.outputs["Status"] == deployed.experiment["Status"] == "Created"
    assert name.startswith("endtoend-shadowtest")

    deployed.deploy(shadow_instance_type="ml.m5.2xlarge", tags=["team"])
    assert deployed.experiment["Name"] == name
    assert deployed.outputs["Status"] == deployed.experiment["Status"] == "Running"
    assert deployed.served("ShadowProductionVariants") == ["Shadow-01"]

    # A running test takes another sampling percentage.
    deployed.deploy(shadow_instance_type="ml.m5.2xlarge", sampling=50, tags=["team"])
    assert deployed.sampling == 50
    assert deployed.experiment["Name"] == name

    # The same deployment again changes nothing.
    mark = deployed.mark()
    assert "no changes" in deployed.deploy(shadow_instance_type="ml.m5.2xlarge", sampling=50, tags=["team"])
    assert deployed.requests(mark) == []

    # A change that a running test does not allow is refused, with what to do instead, and rolled back.
    with pytest.raises(
        CdkFailed, match=r"ModelVariants\.Shadow-01\.InstanceType .* can't change while .* is Running. Start a new run"
    ):
        deployed.deploy(shadow_instance_type="ml.c5.large", sampling=60, tags=["team"])
    assert deployed.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployed.requests(mark) == [("Update", False), ("Update", True)]
    assert deployed.sampling == 50

    # An applied change is reverted if another resource of the stack fails.
    mark = deployed.mark()
    with pytest.raises(CdkFailed):
        deployed.deploy(shadow_instance_type="ml.m5.2xlarge", sampling=75, tags=["team"], break_after=True)
    assert deployed.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployed.requests(mark) == [("Update", True), ("Update", True)]
    assert deployed.sampling == 50

    # A new run replaces the old one.
    mark = deployed.mark()
    deployed.deploy(shadow_instance_type="ml.c5.large", run="2")
    assert deployed.requests(mark) == [("Update", True), ("Delete", True)]
    assert deployed.experiment["Name"] != name
    assert deployed.experiment["Status"] == "Running"
    assert deployed.served("ShadowProductionVariants") == ["Shadow-01"]

    # The shadow is promoted, and serves.
    deployed.deploy(shadow_instance_type="ml.c5.large", run="2", promote=True)
    assert deployed.outputs["Status"] == "Completed"
    assert deployed.outputs["StatusReason"] == "as good as production"
    assert deployed.served() == ["Shadow-01"]
    assert deployed.served("ShadowProductionVariants") == []

    deployed.destroy()
    assert deployed.experiments == []
    assert deployed.aws.control.endpoints() == []

    # Its invocations are too short for any of the waits: it handed over to itself.
    assert '"handover": 1' in deployed.aws.log_path.read_text()

    # The function made every call that its role allows, and was refused none.
    allowed = {
        "CreateInferenceExperiment",
        "DescribeInferenceExperiment",
        "UpdateInferenceExperiment",
        "StartInferenceExperiment",
        "StopInferenceExperiment",
        "DeleteInferenceExperiment",
        "AddTags",
        "ListTags",
        "DeleteTags",
        "DescribeEndpoint",
        "DescribeEndpointConfig",
    }
    assert set(deployed.calls_of_the_function()) == allowed


def test_a_failed_create_leaves_nothing_behind(deployed: Deployed) -> None:
    deployed.aws.control.add_fault(CancelFault("Starting", "no capacity for ml.m5.xlarge"))
    mark = deployed.mark()

    with pytest.raises(CdkFailed, match=r"no capacity for ml.m5.xlarge"):
        deployed.deploy()

    assert deployed.status == "ROLLBACK_COMPLETE"
    assert deployed.requests(mark) == [("Create", False), ("Delete", True)]
    failed, clean_up = deployed.aws.control.custom_resources()[mark:]
    assert clean_up["event"]["PhysicalResourceId"] == failed["answer"]["PhysicalResourceId"]
    assert deployed.experiments == []
