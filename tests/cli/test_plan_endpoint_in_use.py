"""``shadowtest plan`` where the endpoint has another test, or gets two: SageMaker allows one at a time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shadowtest.aws import options
from simulation.declarations import ENDPOINT, as_served
from tests.support.account import Deployed, FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.foreign import THEIRS, make_theirs
from tests.support.planner import BEFORE, template
from tests.support.stack import Stack

LATER = {"StartTime": "2030-02-20T00:00:00Z", "Duration": "P5D"}


class Planner:
    """Two stacks, and what is live."""

    def __init__(self, shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stack = Stack()
        self.shadowtest = shadowtest
        self.aws = FakeAws(self.stack)
        monkeypatch.setattr(options, "Aws", lambda *_: self.aws)

    def deploy(self) -> str:
        name = self.stack.create(BEFORE).physical_id
        deployed = Deployed(self.stack.stack_id, template(ShadowTest=BEFORE), {"ShadowTest": name})
        self.aws.cloudformation.stacks["Demo"] = deployed
        return name

    def __call__(self, new: dict[str, Any], *more: str, stack: str = "Demo") -> Done:
        self.shadowtest.write("template.json", json.dumps(new))
        return self.shadowtest("plan", "template.json", "--stack", stack, "--format", "json", *more)


def kinds(done: Done) -> dict[str, list[str]]:
    (stack,) = json.loads(done.out)["stacks"]
    return {each["logicalId"]: [verdict["kind"] for verdict in each["verdicts"]] for each in stack["resources"]}


def reasons(done: Done) -> str:
    (stack,) = json.loads(done.out)["stacks"]
    return " ".join(verdict["reason"] for each in stack["resources"] for verdict in each["verdicts"])


@pytest.fixture
def plan(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Planner:
    return Planner(shadowtest, monkeypatch)


def test_a_test_beside_one_that_runs(plan: Planner) -> None:
    name = plan.deploy()

    done = plan(template(ShadowTest=BEFORE, Second=as_served("contender")))

    assert done.code == 3
    assert kinds(done) == {"ShadowTest": ["nothing"], "Second": ["refused"]}
    assert f"endpoint {ENDPOINT} has experiment {name}, which is Running: it belongs to ShadowTest of" in reasons(done)


def test_another_logical_id_is_created_before_the_old_one_is_deleted(plan: Planner) -> None:
    plan.deploy()

    done = plan(template(Renamed=BEFORE))

    assert done.code == 3
    assert kinds(done)["Renamed"] == ["refused"]
    assert "give Name the name of that test, and set AdoptExisting: true" in reasons(done)


@pytest.mark.parametrize(
    ("more", "kind", "code"), [({"Schedule": {"Duration": "P25D"}}, "refused", 3), ({}, "unknown", 0)]
)
def test_somebody_elses_test_that_starts_later(plan: Planner, more: dict[str, Any], kind: str, code: int) -> None:
    make_theirs(plan.stack, Schedule={"StartTime": datetime(2030, 1, 20, tzinfo=UTC)})
    plan.stack.clock.advance(timedelta(minutes=20))

    done = plan(template(ShadowTest=as_served(**more)), stack="New")

    assert kinds(done) == {"ShadowTest": [kind]}
    assert done.code == code
    assert THEIRS in reasons(done)


def test_somebody_elses_test_that_has_ended(plan: Planner) -> None:
    make_theirs(plan.stack)
    plan.stack.clock.advance(timedelta(days=31))

    assert kinds(plan(template(ShadowTest=BEFORE), stack="New")) == {"ShadowTest": ["create"]}


@pytest.mark.parametrize(("more", "kind"), [({}, "refused"), ({"Schedule": LATER}, "unknown")])
def test_two_new_tests(plan: Planner, more: dict[str, Any], kind: str) -> None:
    done = plan(template(First=BEFORE, Second=as_served("contender", **more)), stack="New")

    assert kinds(done) == {"First": ["create"], "Second": [kind]}
    assert "also gets the test of First of stack New" in reasons(done)


def test_one_that_the_same_deployment_ends(plan: Planner) -> None:
    plan.deploy()
    promoted = BEFORE | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}

    done = plan(template(ShadowTest=promoted, Second=as_served("contender")))

    assert kinds(done) == {"ShadowTest": ["promote"], "Second": ["unknown"]}
    assert "it is not known which comes first" in reasons(done)
