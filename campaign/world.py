"""The world of one life: the handler and everything around it, with one clock and one set of dice."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet

from campaign import scene
from campaign.aws import Client, sagemaker_of
from campaign.chance import Chance
from campaign.cloudformation import CloudFormation
from campaign.function import Function
from campaign.handler_calls import HandlerCalls
from campaign.malformed import Strangers
from campaign.policy import Policy
from campaign.production import ProductionWatch
from campaign.resource import FIRST, Resource
from campaign.response_address import ResponseAddress
from campaign.scheduler import Scheduler
from campaign.standing import Standing
from inference_experiment_handler import index
from inference_experiment_handler.model.operations import DESCRIBE_ALARMS, DESCRIBE_STACKS, GET_METRIC_DATA
from inference_experiment_handler.runtime.ports import Ports
from inference_experiment_handler.runtime.response import deliver
from local.sagemaker import SageMaker
from simulation.cloudwatch import CloudWatch
from simulation.function import Context

START = datetime(2030, 1, 1, tzinfo=UTC)


class World:
    """SageMaker, CloudFormation, CloudWatch and Lambda, and between them the handler's real entry point."""

    def __init__(self, seed: int, *neighbours: Resource) -> None:
        self.resources = (FIRST, *neighbours)
        endpoints = {each.endpoint: None for each in self.resources}
        self.standings = {each: Standing(shared=len(endpoints) < len(self.resources)) for each in endpoints}
        self.chance = Chance(seed)
        dice = self.chance.random
        self.scheduler = Scheduler(START)
        self.service = SageMaker(self.scheduler, behaviour=scene.behaviour(self.chance))
        self.productions = {each: ProductionWatch(self.service, each) for each in endpoints}
        timeout = timedelta(minutes=dice.choice([3, 15, 15]))
        self.function = Function(self.scheduler, self.chance, self._serve, timeout)
        parts = (self.scheduler, self.chance, self.function)
        self.stacks = [CloudFormation(*parts, each) for each in self.resources]
        self.stack = self.stacks[0]
        self.strangers = Strangers(self.scheduler, self.chance, self.function)
        self.address = ResponseAddress(self.scheduler, self.chance, self._receive)
        self.scene = scene.Scene(self.scheduler, self.service, endpoints)
        self.poll_seconds = 30.0 if self.slowest > timedelta(minutes=20) else 5.0
        denied = START + timedelta(seconds=60) if self.chance.hits("denied") else START
        self.calls = HandlerCalls(self.service, self.function)
        self.policy = Policy({each.resource.stack_id for each in self.stacks})
        enforced = dice.random() < 0.5
        self.sagemaker = Client(
            *parts,
            sagemaker_of(self.service, self.productions.values(), self.calls, self.policy if enforced else None),
            denied_until=denied.timestamp(),
        )
        self.cloudformation = Client(*parts, self._ask_cloudformation)
        self.cloudwatch = CloudWatch(self.scheduler)
        self._monitoring = Client(*parts, self._read_cloudwatch)
        self._deliveries: dict[greenlet, int] = {}
        self._delivery = 0

    @property
    def slowest(self) -> timedelta:
        """How long SageMaker's slowest transition takes."""
        behaviour = self.service.behaviour
        stopping = behaviour.stopping + behaviour.endpoint_first_by
        return max(behaviour.creating, behaviour.starting, behaviour.updating, stopping)

    def _serve(self, event: Any, context: Context) -> None:
        ports = Ports(
            sagemaker=lambda: self.sagemaker,
            cloudformation=lambda: self.cloudformation,
            cloudwatch=lambda: self._monitoring,
            invoke=self._hand_over,
            now=self.scheduler.now,
            sleep=self.scheduler.sleep,
            deliver=self._deliver,
            poll_seconds=self.poll_seconds,
            random=self.chance.later.random,
        )
        index.serve(event, context, ports)

    def _hand_over(self, _: str, payload: bytes) -> None:
        self.function.perhaps_crash()
        self.scheduler.sleep(0.1)
        if self.chance.hits("invoke_refused"):
            raise RuntimeError("TooManyRequestsException")
        self.function.handed_over()
        if self.chance.hits("invoke_lost"):
            self.function.exhausted.add(json.loads(payload).get("RequestId", ""))
        else:
            self.function.invoke(payload)
        self.function.perhaps_crash()

    def _deliver(self, url: str, body: bytes) -> bool:
        self.function.perhaps_crash()
        self._deliveries[getcurrent()] = self._delivery = self._delivery + 1
        delivered = deliver(url, body)
        self.function.perhaps_crash()
        return delivered

    def _receive(self, url: str, body: bytes) -> None:
        for stack in self.stacks:
            for request in stack.requests:
                if request.event["ResponseURL"] == url:
                    stack.receive(request, body, self._deliveries[getcurrent()])
                    return
        self.strangers.receive(url, body)

    def _read_cloudwatch(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        read = {GET_METRIC_DATA: self.cloudwatch.get_metric_data, DESCRIBE_ALARMS: self.cloudwatch.describe_alarms}
        return read[operation](**asked)

    def _ask_cloudformation(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        # Here, each experiment has its own operations and status, even in the same stack. DescribeStacks names only the
        # stack, so the event tells which experiment asks. An event for no resource is answered as for the first.
        logical_id = asked.get("LogicalResourceId") or self.function.present_event.get("LogicalResourceId")
        asked_of = (
            each
            for each in self.stacks
            if (each.resource.stack_id, each.resource.logical_id) == (asked["StackName"], logical_id)
        )
        stack = next(asked_of, self.stack)
        return stack.describe_stacks(asked) if operation == DESCRIBE_STACKS else stack.describe_stack_resource(asked)
