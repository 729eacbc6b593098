"""A stack with one experiment in it: CloudFormation's and Lambda's side of the contract, around the real handler.

SageMaker is the state machine of ``local/`` behind a real boto3 client; time stands still unless somebody waits.
"""

import json
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ReadTimeoutError

from inference_experiment_handler import index
from inference_experiment_handler.runtime.ports import Ports
from local.sagemaker import Behaviour, ManualClock, SageMaker, boto3_client
from simulation.cloudformation import (
    ADDRESSES,
    LOGICAL_ID,
    STACK_ID,
    Answer,
    described,
    described_resource,
    request_event,
)
from simulation.cloudwatch import CloudWatch
from simulation.declarations import ENDPOINT, REMOVE, Declaration
from simulation.endpoints import SOMEBODY, create_endpoints, create_models
from simulation.function import FUNCTION_ARN, TIMEOUT, Context

START = datetime(2030, 1, 1, tzinfo=UTC)
READS = {"DescribeInferenceExperiment", "DescribeEndpoint", "DescribeEndpointConfig", "ListTags"}
STATUS_DURING = {
    "Create": "CREATE_IN_PROGRESS",
    "Update": "UPDATE_IN_PROGRESS",
    "Rollback": "UPDATE_ROLLBACK_IN_PROGRESS",
    "Delete": "DELETE_IN_PROGRESS",
}


@dataclass(frozen=True)
class StackStatus:
    """What CloudFormation reports of one stack and its resource."""

    stack: "Stack"

    def describe_stacks(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"StackName": self.stack.stack_id}
        self.stack.asked += 1
        # An answer takes a moment, so that it is younger than what it is asked about.
        self.stack.clock.advance(0.01)
        return described(self.stack.status, self.stack.operation_began, stack_id=self.stack.stack_id)

    def describe_stack_resource(self, **asked: Any) -> dict[str, Any]:
        stack_id, logical_id = self.stack.stack_id, self.stack.logical_id
        assert asked == {"StackName": stack_id, "LogicalResourceId": logical_id}
        self.stack.asked_of_resource += 1
        self.stack.clock.advance(0.01)
        if self.stack.lost_of_resource:
            self.stack.lost_of_resource -= 1
            raise ReadTimeoutError(endpoint_url=ADDRESSES)
        return described_resource(*self.stack.resource_status, stack_id=stack_id, logical_id=logical_id)


class Stack:
    """Sends requests for one resource and keeps what comes back."""

    def __init__(
        self,
        *,
        logical_id: str = LOGICAL_ID,
        stack_id: str = STACK_ID,
        beside: "Stack | None" = None,
        **behaviour: Any,
    ) -> None:
        """``beside``: another resource, in the same account."""
        self.clock: ManualClock = beside.clock if beside else ManualClock(START)
        self.sagemaker: SageMaker = (
            beside.sagemaker if beside else SageMaker(self.clock, behaviour=Behaviour(**behaviour))
        )
        self.stack_id, self.logical_id = stack_id, logical_id
        self.status = STATUS_DURING["Create"]
        self.status_during: dict[str, str] = {}
        """By the id of the request that is served."""
        self.operation_began = START
        self.resource_status: tuple[str, datetime] = (STATUS_DURING["Create"], START)
        """The status of the resource, and since when it has it."""
        self.answers: list[Answer] = []
        self.handovers = 0
        self.poll_seconds = 30.0
        self.random: Callable[[], float] = lambda: 0.5
        self.asked = 0
        self.asked_of_resource = 0
        self.lost_of_resource = 0
        """How many of the next responses of DescribeStackResource are lost."""
        self.sleeps = 0
        self.while_waiting: Callable[[], None] | None = None
        self.takes_handover: Callable[[], bool] = lambda: True
        """Whether Lambda delivers what is handed over. It may accept it and lose it, or refuse it by raising."""
        self._queue: deque[dict[str, Any]] = deque()
        self._client = boto3_client(self.sagemaker)
        self.cloudwatch = CloudWatch(self.clock)
        self._requests = 0
        self._waits_for = ""
        """The response URL of the newest request, until its response is there."""
        self._invocations = 0
        self.timeout = TIMEOUT
        if not beside:
            self._open()

    def create(self, properties: Declaration) -> Answer:
        return self.send("Create", properties)

    def update(self, old: Declaration, new: Declaration, physical_id: str) -> Answer:
        return self.send("Update", new, physical_id=physical_id, old=old)

    def roll_back(self, old: Declaration, new: Declaration, physical_id: str) -> Answer:
        """An Update back to what was declared before."""
        return self.send("Rollback", new, physical_id=physical_id, old=old)

    def delete(self, properties: Declaration, physical_id: str) -> Answer:
        return self.send("Delete", properties, physical_id=physical_id)

    def send(
        self,
        request_type: str,
        properties: Declaration,
        *,
        physical_id: str | None = None,
        old: Declaration | None = None,
    ) -> Answer:
        """One request, with all its handovers, until it is answered."""
        self.deliver(self.event(request_type, properties, physical_id=physical_id, old=old))
        self.run()
        return self.answers[-1]

    def event(
        self,
        request_type: str,
        properties: Declaration,
        *,
        physical_id: str | None = None,
        old: Declaration | None = None,
        clock_ahead: float = 0.0,
    ) -> dict[str, Any]:
        """``clock_ahead``: by how many seconds the clock is ahead that signs the response URL."""
        self._requests += 1
        event = request_event(
            request_type,
            properties,
            number=self._requests,
            sent=self.clock.now() + timedelta(seconds=clock_ahead),
            physical_id=physical_id,
            old=old,
            stack_id=self.stack_id,
            logical_id=self.logical_id,
        )
        self.status_during[event["RequestId"]] = STATUS_DURING[request_type]
        self._waits_for = event["ResponseURL"]
        self._show(event["RequestType"], "IN_PROGRESS")
        if request_type != "Rollback":
            self.operation_began = self.clock.now()
        return event

    def deliver(self, event: dict[str, Any]) -> None:
        self._queue.append(deepcopy(event))

    def run(self) -> None:
        while self._queue:
            self.serve_once(self._queue.popleft())

    def serve_once(self, event: dict[str, Any]) -> None:
        """One invocation. The stack is where its newest request has taken it."""
        if "RequestId" in event and "CrHelperData" not in event:
            self.status = self.status_during[event["RequestId"]]
        self._invocations += 1
        context = Context(self.clock, self.timeout, aws_request_id=f"invocation-{self._invocations}")
        index.serve(event, context, self.ports)

    def invoke(self, function_arn: str, payload: bytes) -> None:
        """The handler hands over to the next invocation."""
        assert function_arn == FUNCTION_ARN
        self.handovers += 1
        if not self.takes_handover():
            return
        self._queue.append(json.loads(payload))

    @property
    def ports(self) -> Ports:
        return Ports(
            sagemaker=lambda: self._client,
            cloudformation=lambda: StackStatus(self),
            cloudwatch=lambda: self.cloudwatch,
            invoke=self.invoke,
            now=self.clock.now,
            sleep=self._sleep,
            deliver=self._deliver,
            poll_seconds=self.poll_seconds,
            random=self.random,
        )

    def calls(self, *, since: int = 0, reads: bool = False) -> list[str]:
        """What the handler called, in order."""
        made = [call.operation for call in self.sagemaker.record[since:]]
        return [operation for operation in made if reads or operation not in READS]

    def mark(self) -> int:
        return len(self.sagemaker.record)

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Somebody else's call."""
        return dict(self.sagemaker.call(operation, parameters, principal=SOMEBODY))

    def describe(self, name: str) -> dict[str, Any]:
        return self.call("DescribeInferenceExperiment", Name=name)

    def names(self) -> list[str]:
        """The experiments that there are."""
        return [each["Name"] for each in self.call("ListInferenceExperiments")["InferenceExperiments"]]

    def remove(self, name: str) -> None:
        """Somebody else ends a running test and deletes its record."""
        self.call("StopInferenceExperiment", Name=name, ModelVariantActions=REMOVE)
        self.clock.advance(1200)
        self.call("DeleteInferenceExperiment", Name=name)

    def tags(self, name: str) -> dict[str, str]:
        arn = self.describe(name)["Arn"]
        return {tag["Key"]: tag["Value"] for tag in self.call("ListTags", ResourceArn=arn)["Tags"]}

    def served(self) -> list[str]:
        return [
            each["VariantName"] for each in self.call("DescribeEndpoint", EndpointName=ENDPOINT)["ProductionVariants"]
        ]

    def shadows(self, endpoint: str = ENDPOINT) -> list[str]:
        live = self.call("DescribeEndpoint", EndpointName=endpoint)
        return [each["VariantName"] for each in live.get("ShadowProductionVariants", [])]

    def serve(self, endpoint: str) -> None:
        """Somebody creates an endpoint."""
        create_endpoints(self.sagemaker, endpoint, config=f"{endpoint}-before")

    def _open(self) -> None:
        """The endpoint comes into service."""
        create_models(self.sagemaker)
        self.serve(ENDPOINT)
        self.clock.advance(self.sagemaker.behaviour.endpoint_creating)
        self.sagemaker.record.clear()

    def _sleep(self, seconds: float) -> None:
        self.sleeps += 1
        self.clock.advance(seconds)
        # Lambda serves what is handed over beside the invocation that did so.
        while self._queue and {"CrHelperData", "HandedOver"} & self._queue[0].keys():
            self.serve_once(self._queue.popleft())
        if self.while_waiting is not None:
            self.while_waiting()

    def _deliver(self, url: str, body: bytes) -> bool:
        assert url.startswith(ADDRESSES)
        answer = Answer.read(body, self.clock.now())
        self.answers.append(answer)
        if url == self._waits_for:
            self._waits_for = ""
            self._show(self.resource_status[0].partition("_")[0], "COMPLETE" if answer.succeeded else "FAILED")
        return True

    def _show(self, request_type: str, state: str) -> None:
        self.resource_status = (f"{request_type.upper()}_{state}", self.clock.now())
