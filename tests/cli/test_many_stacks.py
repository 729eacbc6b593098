"""``shadowtest plan`` of many stacks: the clients that are made, and the calls at once and in all."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock
from typing import Any

import boto3
import pytest

from simulation.declarations import as_served
from tests.support.account import FakeCloudFormation
from tests.support.command_line import CommandLine
from tests.support.planner import template
from tests.support.stack import Stack

STACKS = 100
AT_ONCE = 8
REGION = "eu-west-1"
PLAN = ("plan", "--region", "us-east-1", "--prices", "prices.yaml")
_TOO_LONG = 30
"""Seconds, after which a call is no more held up: the others never come."""


class Gauge:
    """The number of calls in progress. The first calls are delayed until the allowed number is in progress."""

    def __init__(self) -> None:
        self.most = 0
        self.calls: Counter[str] = Counter()
        self._now = 0
        self._changed = Condition()
        self._one_at_a_time = Lock()

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        with self._changed:
            self.calls[name] += 1
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            if name == "describe_stacks" and self.calls[name] <= AT_ONCE:
                self._changed.wait_for(lambda: self.most >= AT_ONCE, _TOO_LONG)
        try:
            # The fakes are not thread-safe.
            with self._one_at_a_time:
                yield
        finally:
            with self._changed:
                self._now -= 1


class Client:
    def __init__(self, client: Any, gauge: Gauge, region: str) -> None:
        self._client, self._gauge = client, gauge
        self.meta = type("Meta", (), {"region_name": region, "events": self})

    def register(self, *_: Any) -> None:
        """As the events of a client."""

    register_first = register

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/reviewer"}

    def get_paginator(self, method: str) -> Any:
        def paginate(**arguments: Any) -> Any:
            return [getattr(self, method)(**arguments)]

        return type("Pages", (), {"paginate": staticmethod(paginate)})

    def __getattr__(self, method: str) -> Any:
        def call(**arguments: Any) -> Any:
            with self._gauge.call(method):
                return getattr(self._client, method)(**arguments)

        return call


class Account:
    """Replaces boto3's session. ``made``: the region and the service of each client."""

    def __init__(self) -> None:
        self.sessions = 0
        self.made: list[tuple[str, str]] = []
        self.gauge = Gauge()
        self.cloudformation = FakeCloudFormation()
        stack = Stack()
        for number in range(STACKS):
            stack.serve(f"shop-{number}")
        stack.clock.advance(600)
        self._sagemaker = stack.ports.sagemaker()

    def session(self, **_: Any) -> "Account":
        self.sessions += 1
        return self

    def client(self, service: str, region_name: str, config: Any) -> Client:
        assert config.max_pool_connections == AT_ONCE
        self.made.append((region_name, service))
        of = {"cloudformation": self.cloudformation, "sagemaker": self._sagemaker}
        return Client(of.get(service), self.gauge, region_name)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    monkeypatch.setattr(boto3, "Session", account.session)
    return account


def write_assembly(shadowtest: CommandLine, **properties: Any) -> None:
    shadowtest.write("prices.yaml", "prices: {ml.m5.xlarge: 0.25}\n")
    environment, artifacts = f"aws://123456789012/{REGION}", {}
    for number in range(STACKS):
        file, declared = f"stack{number}.json", as_served(EndpointName=f"shop-{number}", **properties)
        shadowtest.write(f"cdk.out/{file}", json.dumps(template(ShadowTest=declared)))
        of_stack = {"templateFile": file}
        artifacts[f"Stack{number}"] = {
            "type": "aws:cloudformation:stack",
            "environment": environment,
            "properties": of_stack,
        }
    shadowtest.write("cdk.out/manifest.json", json.dumps({"artifacts": artifacts}))


def test_stacks_of_another_region_share_the_session_and_the_clients(shadowtest: CommandLine, account: Account) -> None:
    write_assembly(shadowtest)

    done = shadowtest(*PLAN, "--format", "json")

    assert (done.code, done.err) == (0, "")
    assert len(json.loads(done.out)["stacks"]) == STACKS
    assert account.sessions == 1
    assert max(Counter(account.made).values()) == 1
    assert {(REGION, "cloudformation"), (REGION, "sagemaker")} <= set(account.made)
    assert account.gauge.calls["describe_stacks"] == STACKS
    assert account.gauge.most == AT_ONCE


def test_the_exports_of_a_region_are_read_once(shadowtest: CommandLine, account: Account) -> None:
    account.cloudformation.exports["Words"] = "from an export"
    write_assembly(shadowtest, Description={"Fn::ImportValue": "Words"})

    done = shadowtest(*PLAN)

    assert (done.code, done.err) == (0, "")
    assert done.out.count("Create  ") == STACKS
    assert account.gauge.calls["list_exports"] == 1
