"""What the tests of the local AWS share: a SageMaker with an endpoint in service, and the running server."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.sagemaker import Behaviour, ManualClock, SageMaker
from local.server import LocalAws

START = datetime(2030, 1, 1, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/shadow-test"


def variant(name: str, model: str, instance_type: str = "ml.m5.large", count: int = 1) -> dict[str, Any]:
    infrastructure = {"InstanceType": instance_type, "InstanceCount": count}
    return {
        "VariantName": name,
        "ModelName": model,
        "InfrastructureConfig": {
            "InfrastructureType": "RealTimeInference",
            "RealTimeInferenceConfig": infrastructure,
        },
    }


class World:
    """A SageMaker on a manual clock, with the models ``champion`` and ``challenger``, and the endpoint ``shop``."""

    def __init__(self, **behaviour: Any) -> None:
        self.clock = ManualClock(START)
        self.service = SageMaker(self.clock, behaviour=Behaviour(**behaviour))
        for model in ("champion", "challenger"):
            self.call("CreateModel", ModelName=model, PrimaryContainer={"Image": "image"}, ExecutionRoleArn=ROLE)
        served = {"VariantName": "AllTraffic", "ModelName": "champion", "InitialInstanceCount": 1}
        served |= {"InstanceType": "ml.m5.large", "InitialVariantWeight": 1.0}
        self.call("CreateEndpointConfig", EndpointConfigName="shop-before", ProductionVariants=[served])
        self.call("CreateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")
        self.clock.advance(self.service.behaviour.endpoint_creating)
        self.start = self.clock.now()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.service.call(operation, parameters)

    def declaration(self, **changes: Any) -> dict[str, Any]:
        declaration = {
            "Name": "trial",
            "Type": "ShadowMode",
            "RoleArn": ROLE,
            "EndpointName": "shop",
            "ModelVariants": [variant("AllTraffic", "champion"), variant("Shadow-01", "challenger")],
            "ShadowModeConfig": self.shadow_mode(),
        }
        return deepcopy(declaration | changes)

    @staticmethod
    def shadow_mode(sampling: int = 50, source: str = "AllTraffic", shadow: str = "Shadow-01") -> dict[str, Any]:
        shadows = [{"ShadowModelVariantName": shadow, "SamplingPercentage": sampling}]
        return {"SourceModelVariantName": source, "ShadowModelVariants": shadows}

    def schedule(self, start: timedelta | None = None, end: timedelta | None = None) -> dict[str, datetime]:
        """Instants counted from when the endpoint came into service."""
        given = {"StartTime": start, "EndTime": end}
        return {name: self.start + offset for name, offset in given.items() if offset is not None}

    def create(self, **changes: Any) -> str:
        return str(self.call("CreateInferenceExperiment", **self.declaration(**changes))["InferenceExperimentArn"])

    def describe(self, name: str = "trial") -> dict[str, Any]:
        return self.call("DescribeInferenceExperiment", Name=name)

    def status(self, name: str = "trial") -> str:
        return str(self.describe(name)["Status"])

    def variant_statuses(self) -> dict[str, str]:
        return {each["VariantName"]: each["Status"] for each in self.describe()["ModelVariants"]}

    def endpoint(self) -> dict[str, Any]:
        return self.call("DescribeEndpoint", EndpointName="shop")

    def served(self) -> dict[str, Any]:
        """The configuration that the endpoint serves with."""
        return self.call("DescribeEndpointConfig", EndpointConfigName=self.endpoint()["EndpointConfigName"])

    def stop(self, **changes: Any) -> None:
        promote = {"Name": "trial", "ModelVariantActions": {"Shadow-01": "Promote", "AllTraffic": "Remove"}}
        self.call("StopInferenceExperiment", **(promote | changes))

    def reach(self, status: str) -> None:
        """Create an experiment and bring it to a status, as any caller would."""
        behaviour, scheduled = self.service.behaviour, self.schedule(timedelta(days=1), timedelta(days=3))
        at_once = status in ("Starting", "Running", "Stopping", "Completed", "Cancelled")
        self.create(**({} if at_once else {"Schedule": scheduled}))
        if status == "Creating":
            return
        self.clock.advance(behaviour.creating)
        if status == "Updating":
            self.call("UpdateInferenceExperiment", Name="trial", Description="changed")
        if status not in ("Running", "Stopping", "Completed", "Cancelled"):
            return
        self.clock.advance(behaviour.starting)
        if status == "Running":
            return
        desired = "Cancelled" if status == "Cancelled" else "Completed"
        self.stop(DesiredState=desired)
        if status != "Stopping":
            self.clock.advance(behaviour.stopping)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_world() -> type[World]:
    return World


@pytest.fixture
def declare_variant() -> Any:
    return variant


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=600) as running:
        yield running


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture(scope="session")
def make_function(aws) -> Callable[[str, Path, list[dict[str, Any]]], str]:
    """Make a Lambda function of a folder, with a role of these statements; its ARN."""

    def make(name: str, folder: Path, statements: list[dict[str, Any]]) -> str:
        iam, zipped = aws.session().client("iam"), io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.write(folder / "index.py", "index.py")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
        function = {"Runtime": "python3.12", "Handler": "index.handler", "Timeout": 30, "Role": role}
        created = (
            aws.session()
            .client("lambda")
            .create_function(FunctionName=name, Code={"ZipFile": zipped.getvalue()}, **function)
        )
        return str(created["FunctionArn"])

    return make


@pytest.fixture(scope="session")
def puppet(make_function) -> str:
    """The function of a custom resource that does what its properties say."""
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    return make_function("puppet", Path(__file__).parent / "puppet", [allowed])


class Stack:
    """A stack of custom resources, driven through CloudFormation's API."""

    def __init__(self, aws: LocalAws, puppet: str) -> None:
        self.name = f"stack-{uuid.uuid4().hex[:8]}"
        self._aws = aws
        self._client = aws.session().client("cloudformation")
        self._puppet = puppet

    def template(self, outputs: dict[str, Any] | None = None, **resources: dict[str, Any]) -> str:
        """Each resource by its properties, as a puppet unless they have a Type."""
        declared = {
            name: each
            if "Type" in each
            else {"Type": "Custom::Puppet", "Properties": {"ServiceToken": self._puppet, **each}}
            for name, each in resources.items()
        }
        given = {name: {"Value": value} for name, value in (outputs or {}).items()}
        return json.dumps({"Resources": declared, **({"Outputs": given} if given else {})})

    def create(self, *, wait: bool = True, outputs: dict[str, Any] | None = None, **resources: Any) -> str:
        self._client.create_stack(StackName=self.name, TemplateBody=self.template(outputs, **resources))
        return self.settled() if wait else ""

    def create_keeping_failures(self, **resources: Any) -> str:
        template = self.template(**resources)
        self._client.create_stack(StackName=self.name, TemplateBody=template, DisableRollback=True)
        return self.settled()

    def update(self, *, wait: bool = True, outputs: dict[str, Any] | None = None, **resources: Any) -> str:
        self._client.update_stack(StackName=self.name, TemplateBody=self.template(outputs, **resources))
        return self.settled() if wait else ""

    def delete(self) -> str:
        stack_id = self._client.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        self._client.delete_stack(StackName=self.name)
        return self.settled(stack_id, unless="DELETE")

    def cancel_update(self) -> str:
        self._client.cancel_update_stack(StackName=self.name)
        return self.settled()

    def settled(self, stack_id: str | None = None, unless: str = "") -> str:
        """The status once nothing is in progress; ``unless``: wait for a status that begins so."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            stack = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"][0]
            status = str(stack["StackStatus"])
            if not status.endswith("_IN_PROGRESS") and status.startswith(unless):
                return status
            time.sleep(0.05)
        raise AssertionError(f"{self.name} is still {status}")

    def outputs(self) -> dict[str, str]:
        stack = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def reasons(self, stack_id: str | None = None) -> list[str]:
        """The reasons in the events, oldest first."""
        events = self._client.describe_stack_events(StackName=stack_id or self.name)["StackEvents"]
        return [event["ResourceStatusReason"] for event in reversed(events) if event.get("ResourceStatusReason")]

    def requests(self, logical_id: str | None = None) -> list[dict[str, Any]]:
        """What CloudFormation sent to this stack's custom resources, and got."""
        stack = f":stack/{self.name}/"
        return [each for each in self._aws.control.custom_resources(logical_id) if stack in each["event"]["StackId"]]

    def sent(self, logical_id: str | None = None) -> list[tuple[str, str | None]]:
        """The same in short: each request's type and physical id."""
        events = [request["event"] for request in self.requests(logical_id)]
        return [(event["RequestType"], event.get("PhysicalResourceId")) for event in events]

    def pending(self) -> None:
        """Wait until a request is pending."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if any(not request["outcome"] for request in self.requests()):
                return
            time.sleep(0.02)
        raise AssertionError("nothing is pending")


@pytest.fixture
def stack(aws, puppet) -> Stack:
    return Stack(aws, puppet)
