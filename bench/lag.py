"""The time from SageMaker's final status to the response, on a simulated clock.

The reference is crhelper itself. The clock simulates its EventBridge rule, which is first due one interval after it was
put.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean, median
from typing import Any
from unittest import mock

from crhelper import CfnResource

from inference_experiment_handler import index
from inference_experiment_handler.runtime.ports import Ports
from local.sagemaker import Behaviour, ManualClock, SageMaker, boto3_client
from simulation.cloudformation import described, described_resource, request_event
from simulation.cloudwatch import CloudWatch
from simulation.declarations import ENDPOINT, declared
from simulation.endpoints import create_endpoints, create_models
from simulation.function import Context

TRANSITIONS = 100
_CREATING = timedelta(seconds=30)
_DECLARED = declared(Schedule=None)


@dataclass(frozen=True)
class Wait:
    """The cost of one Create until its response. Times are in seconds."""

    lag: float
    calls: int
    """The number of SageMaker calls."""
    invocations: int
    billed: float
    """How long invocations waited. It does not include computation, which takes no simulated time."""


@dataclass
class Waits:
    """The results for the same transitions with one way of waiting."""

    name: str
    each: list[Wait]

    def __str__(self) -> str:
        lags = [wait.lag for wait in self.each]
        calls, invocations, billed = (
            mean(getattr(wait, of) for wait in self.each) for of in ("calls", "invocations", "billed")
        )
        return (
            f"{self.name:<28} median {median(lags):5.1f} s   worst {max(lags):5.1f} s   "
            f"{calls:5.0f} calls   {invocations:4.1f} invocations   {billed:4.0f} s waited in them"
        )


class _World:
    """SageMaker with an endpoint in service, and a test that takes a given time to start."""

    def __init__(self, starting: timedelta) -> None:
        self.clock = ManualClock(datetime(2030, 1, 1, tzinfo=UTC))
        self.sagemaker = SageMaker(self.clock, behaviour=Behaviour(creating=_CREATING, starting=starting))
        self.client = boto3_client(self.sagemaker)
        self.starting = starting
        create_models(self.sagemaker)
        create_endpoints(self.sagemaker, ENDPOINT, config="before")
        self.clock.advance(600)
        self.sagemaker.record.clear()
        self.sent = self.clock.now()
        self.event = request_event("Create", _DECLARED, number=1, sent=self.sent)

    def lag(self) -> float:
        """The time from the final status until now."""
        (created,) = self.client.list_inference_experiments()["InferenceExperiments"]
        return float((self.clock.now() - created["CreationTime"] - _CREATING - self.starting).total_seconds())

    def calls(self) -> int:
        """The number of calls for the request, without those of the measurement."""
        return sum(call.operation != "ListInferenceExperiments" for call in self.sagemaker.record)

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        # A response takes time. It would not be newer than the creation otherwise, and would be asked for again.
        self.clock.advance(0.1)
        return described("CREATE_IN_PROGRESS", self.sent)

    def describe_stack_resource(self, **_: str) -> dict[str, Any]:
        return described_resource("CREATE_IN_PROGRESS", self.sent)


def of_the_handler(transitions: Iterable[timedelta]) -> Waits:
    return Waits("this handler, every 5 s", [_handlers(starting) for starting in transitions])


def of_stock_crhelper(minutes: int, transitions: Iterable[timedelta]) -> Waits:
    return Waits(f"stock crhelper, every {60 * minutes} s", [_stocks(starting, minutes) for starting in transitions])


def of_any_length() -> list[timedelta]:
    """How long tests take to start: from half a minute to half an hour."""
    dice = Random(0)  # noqa: S311  # a replay, not a secret
    return [timedelta(seconds=dice.uniform(30, 1800)) for _ in range(TRANSITIONS)]


def of_a_create(length: timedelta) -> list[timedelta]:
    """How long a test takes to start if its Create takes so long."""
    return [length - _CREATING]


def _handlers(starting: timedelta) -> Wait:
    world = _World(starting)
    lags: list[float] = []
    queue: list[dict[str, Any]] = [world.event]
    began: list[datetime] = []

    def deliver(_: str, body: bytes) -> bool:
        assert json.loads(body)["Status"] == "SUCCESS", body
        lags.append(world.lag())
        return True

    def sleep(seconds: float) -> None:
        world.clock.advance(seconds)
        # A handed-over request is served in parallel with the invocation that handed it over.
        serve()

    def serve() -> None:
        while queue:
            began.append(world.clock.now())
            index.serve(queue.pop(0), Context(world.clock), edges)

    edges = Ports(
        sagemaker=lambda: world.client,
        cloudformation=lambda: world,
        cloudwatch=lambda: CloudWatch(world.clock),
        invoke=lambda _, payload: queue.append(json.loads(payload)),
        now=world.clock.now,
        sleep=sleep,
        deliver=deliver,
        poll_seconds=5,
        random=Random(0).random,  # noqa: S311  # no secret
    )
    serve()
    billed = (world.clock.now() - began[0]).total_seconds()
    return Wait(lags[0], world.calls(), len(began), billed)


def _stocks(starting: timedelta, minutes: int) -> Wait:
    world = _World(starting)
    lags: list[float] = []
    events = mock.Mock()
    events.put_rule.return_value = {"RuleArn": "arn:aws:events:us-east-1:123456789012:rule/poll"}
    event, invocations = world.event, 0
    while not lags:
        invocations += 1
        # A cold start each time, which takes crhelper no time here.
        helper = _stock_helper(world, minutes, events)
        with mock.patch.object(CfnResource, "_send", side_effect=lambda *_: lags.append(world.lag())):
            helper(event, Context(world.clock))
        event = json.loads(events.put_targets.call_args.kwargs["Targets"][0]["Input"])
        world.clock.advance(60 * minutes)
    return Wait(lags[0], world.calls(), invocations, 0.0)


def _stock_helper(world: _World, minutes: int, events: mock.Mock) -> Any:
    with mock.patch.dict(os.environ, {"AWS_SAM_LOCAL": "true"}):
        # The stubs do not have private members.
        helper: Any = CfnResource(log_level="CRITICAL", polling_interval=minutes, sleep_on_delete=0)
    helper._sam_local, helper._events_client, helper._lambda_client = None, events, mock.Mock()
    helper._lambda_client.add_permission.return_value = {}

    def create(*_: Any) -> None:
        world.client.create_inference_experiment(
            Name="stock", Type="ShadowMode", **{key: _DECLARED[key] for key in _DECLARED if key != "ServiceToken"}
        )

    def poll(*_: Any) -> str | None:
        running = world.client.describe_inference_experiment(Name="stock")["Status"] == "Running"
        return "stock" if running else None

    helper.create(create)
    helper.poll_create(poll)
    return helper
