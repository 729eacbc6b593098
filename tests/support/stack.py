"""A stack with one experiment in it: CloudFormation's and Lambda's side of the contract, around the real handler.

SageMaker is the state machine of ``local/`` behind a real boto3 client; time stands still unless somebody waits.
"""

import json
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from inference_experiment_handler import index
from inference_experiment_handler.runtime.custom_resource import Edges
from local.sagemaker import Behaviour, ManualClock, SageMaker, boto3_client
from tests.support.declarations import CHALLENGER, CHAMPION, ENDPOINT, INSTANCE_TYPE, PRODUCTION, ROLE, SHADOW, as_sent

START = datetime(2030, 1, 1, tzinfo=UTC)
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
LAMBDA_TIMEOUT = timedelta(minutes=15)
READS = {"DescribeInferenceExperiment", "DescribeEndpoint", "DescribeEndpointConfig", "ListTags"}

INVENTED = "Demo-ShadowTest-1ABCDEFGHIJK"
"""Such an id CloudFormation makes up where a Create has never answered."""
STATUS_DURING = {
    "Create": "CREATE_IN_PROGRESS",
    "Update": "UPDATE_IN_PROGRESS",
    "Rollback": "UPDATE_ROLLBACK_IN_PROGRESS",
    "Delete": "DELETE_IN_PROGRESS",
}


@dataclass
class Context:
    clock: ManualClock
    timeout: timedelta = LAMBDA_TIMEOUT
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:provider"
    aws_request_id: str = "lambda-request"
    deadline: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = self.clock.now() + self.timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - self.clock.now()).total_seconds() * 1000))


@dataclass(frozen=True)
class Answer:
    """What CloudFormation got, and when."""

    body: dict[str, Any]
    size: int
    at: datetime

    @property
    def succeeded(self) -> bool:
        return bool(self.body["Status"] == "SUCCESS")

    @property
    def reason(self) -> str:
        return str(self.body["Reason"])

    @property
    def physical_id(self) -> str:
        return str(self.body["PhysicalResourceId"])

    @property
    def data(self) -> dict[str, str]:
        return dict(self.body["Data"])


@dataclass(frozen=True)
class StackStatus:
    """CloudFormation's DescribeStacks, of one stack."""

    stack: "Stack"

    def describe_stacks(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"StackName": self.stack.stack_id}
        self.stack.asked += 1
        described = {
            "StackId": self.stack.stack_id,
            "StackName": "Demo",
            "StackStatus": self.stack.status,
            "CreationTime": START,
            "LastUpdatedTime": self.stack.operation_began,
        }
        return {"Stacks": [described]}


class Stack:
    """Sends requests for one resource and keeps what comes back."""

    def __init__(self, *, logical_id: str = "ShadowTest", stack_id: str = STACK_ID, **behaviour: Any) -> None:
        self.clock = ManualClock(START)
        self.sagemaker = SageMaker(self.clock, behaviour=Behaviour(**behaviour))
        self.stack_id, self.logical_id = stack_id, logical_id
        self.status = STATUS_DURING["Create"]
        self._status_during: dict[str, str] = {}
        self.operation_began = START
        self.answers: list[Answer] = []
        self.hops = 0
        self.poll_seconds = 30.0
        self.asked = 0
        self.sleeps = 0
        self.while_waiting: Callable[[], None] | None = None
        self.takes_hand_over: Callable[[], bool] = lambda: True
        """Whether Lambda delivers what is handed over. It may accept it and lose it, or refuse it by raising."""
        self._queue: deque[dict[str, Any]] = deque()
        self._client = boto3_client(self.sagemaker)
        self._requests = 0
        self._invocations = 0
        self.timeout = LAMBDA_TIMEOUT
        self._serve_endpoint()

    def create(self, properties: dict[str, Any]) -> Answer:
        return self.send("Create", properties)

    def update(self, old: dict[str, Any], new: dict[str, Any], physical_id: str) -> Answer:
        return self.send("Update", new, physical_id=physical_id, old=old)

    def roll_back(self, old: dict[str, Any], new: dict[str, Any], physical_id: str) -> Answer:
        """An Update back to what was declared before."""
        return self.send("Rollback", new, physical_id=physical_id, old=old)

    def delete(self, properties: dict[str, Any], physical_id: str) -> Answer:
        return self.send("Delete", properties, physical_id=physical_id)

    def send(
        self,
        request_type: str,
        properties: dict[str, Any],
        *,
        physical_id: str | None = None,
        old: dict[str, Any] | None = None,
    ) -> Answer:
        """One request, with all its hand-overs, until it is answered."""
        self.deliver(self.event(request_type, properties, physical_id=physical_id, old=old))
        self.run()
        return self.answers[-1]

    def event(
        self,
        request_type: str,
        properties: dict[str, Any],
        *,
        physical_id: str | None = None,
        old: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        self._requests += 1
        request_id = f"request-{self._requests}"
        self._status_during[request_id] = STATUS_DURING[request_type]
        if request_type != "Rollback":
            self.operation_began = self.clock.now()
        return {
            "RequestType": "Update" if request_type == "Rollback" else request_type,
            "RequestId": request_id,
            "StackId": self.stack_id,
            "LogicalResourceId": self.logical_id,
            "ResourceType": "Custom::SageMakerInferenceExperiment",
            "ResponseURL": f"https://cloudformation.test/answer/{self._requests}?X-Amz-Date="
            f"{self.clock.now():%Y%m%dT%H%M%SZ}&X-Amz-Expires=7200&X-Amz-Signature=secret",
            "ResourceProperties": as_sent(properties),
            **({"PhysicalResourceId": physical_id} if physical_id is not None else {}),
            **({"OldResourceProperties": as_sent(old)} if old is not None else {}),
        }

    def deliver(self, event: dict[str, Any]) -> None:
        self._queue.append(deepcopy(event))

    def run(self) -> None:
        while self._queue:
            self.serve_once(self._queue.popleft())

    def serve_once(self, event: dict[str, Any]) -> None:
        """One invocation. The stack is where its newest request has taken it."""
        if "CrHelperData" not in event:
            self.status = self._status_during[event["RequestId"]]
        self._invocations += 1
        context = Context(self.clock, self.timeout, aws_request_id=f"invocation-{self._invocations}")
        index.serve(event, context, self.edges)

    @property
    def edges(self) -> Edges:
        return Edges(
            sagemaker=lambda: self._client,
            cloudformation=lambda: StackStatus(self),
            invoke=self._invoke,
            now=self.clock.now,
            sleep=self._sleep,
            deliver=self._deliver,
            poll_seconds=self.poll_seconds,
        )

    def calls(self, *, since: int = 0, reads: bool = False) -> list[str]:
        """What the handler called, in order."""
        made = [call.operation for call in self.sagemaker.record[since:]]
        return [operation for operation in made if reads or operation not in READS]

    def mark(self) -> int:
        return len(self.sagemaker.record)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Somebody else's call."""
        return dict(self.sagemaker.call(operation, parameters, principal="somebody"))

    def describe(self, name: str) -> dict[str, Any]:
        return self.call("DescribeInferenceExperiment", Name=name)

    def names(self) -> list[str]:
        """The experiments that there are."""
        return [each["Name"] for each in self.call("ListInferenceExperiments")["InferenceExperiments"]]

    def remove(self, name: str) -> None:
        """Somebody else ends a running test and deletes its record."""
        actions = {PRODUCTION: "Retain", SHADOW: "Remove"}
        self.call("StopInferenceExperiment", Name=name, ModelVariantActions=actions)
        self.clock.advance(1200)
        self.call("DeleteInferenceExperiment", Name=name)

    def tags(self, name: str) -> dict[str, str]:
        arn = self.describe(name)["Arn"]
        return {tag["Key"]: tag["Value"] for tag in self.call("ListTags", ResourceArn=arn)["Tags"]}

    def served(self) -> list[str]:
        return [
            each["VariantName"] for each in self.call("DescribeEndpoint", EndpointName=ENDPOINT)["ProductionVariants"]
        ]

    def shadows(self) -> list[str]:
        endpoint = self.call("DescribeEndpoint", EndpointName=ENDPOINT)
        return [each["VariantName"] for each in endpoint.get("ShadowProductionVariants", [])]

    def _serve_endpoint(self) -> None:
        for model in (CHAMPION, CHALLENGER, "contender"):
            self.call("CreateModel", ModelName=model, PrimaryContainer={"Image": "image"}, ExecutionRoleArn=ROLE)
        self.serve(ENDPOINT)
        self.clock.advance(self.sagemaker.behaviour.endpoint_creating)
        self.sagemaker.record.clear()

    def serve(self, endpoint: str, *, count: int = 1) -> None:
        production = {
            "VariantName": PRODUCTION,
            "ModelName": CHAMPION,
            "InitialInstanceCount": count,
            "InstanceType": INSTANCE_TYPE,
            "InitialVariantWeight": 1.0,
        }
        self.call("CreateEndpointConfig", EndpointConfigName=f"{endpoint}-before", ProductionVariants=[production])
        self.call("CreateEndpoint", EndpointName=endpoint, EndpointConfigName=f"{endpoint}-before")

    def _invoke(self, function_arn: str, payload: bytes) -> None:
        assert function_arn == Context.invoked_function_arn
        self.hops += 1
        if not self.takes_hand_over():
            return
        self._queue.append(json.loads(payload))

    def _sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.clock.advance(seconds)
        # Lambda serves what is handed over beside the invocation that did so.
        while self._queue and "CrHelperData" in self._queue[0]:
            self.serve_once(self._queue.popleft())
        if self.while_waiting is not None:
            self.while_waiting()

    def _deliver(self, url: str, body: bytes) -> bool:
        assert url.startswith("https://cloudformation.test/answer/")
        self.answers.append(Answer(json.loads(body), len(body), self.clock.now()))
        return True
