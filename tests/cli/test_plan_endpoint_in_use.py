"""``shadowtest plan`` where the endpoint has another test, or gets two: SageMaker allows one at a time."""

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shadowtest.aws import options
from shadowtest.aws.policies import ACTIONS
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.planning.neighbours import read_ahead
from simulation.declarations import ENDPOINT, as_served
from tests.support.account import Deployed, FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.foreign import THEIRS, make_theirs
from tests.support.planner import BEFORE, template
from tests.support.stack import Stack

LATER = {"StartTime": "2030-02-20T00:00:00Z", "Duration": "P5D"}


class Planner:
    """Two stacks, and what is live."""

    def __init__(self, shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch, account: Stack | None = None) -> None:
        self.stack = account or Stack()
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


def test_somebody_elses_test_that_is_stopping(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Planner(shadowtest, monkeypatch, Stack(stop_in_created=True))
    make_theirs(plan.stack, Schedule={"StartTime": datetime(2030, 1, 2, tzinfo=UTC)})
    plan.stack.clock.advance(timedelta(minutes=20))
    actions = {"AllTraffic": "Retain", "Shadow-01": "Remove"}
    plan.stack.call("StopInferenceExperiment", Name=THEIRS, ModelVariantActions=actions)

    done = plan(template(ShadowTest=BEFORE), stack="New")

    assert kinds(done) == {"ShadowTest": ["unknown"]}
    assert "It is not known whether it has ended by then" in reasons(done)


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


def make_another(plan: Planner, name: str) -> None:
    """On its own endpoint."""
    plan.stack.serve(name)
    plan.stack.clock.advance(timedelta(hours=1))
    make_theirs(plan.stack, Name=name, EndpointName=name)


def described(plan: Planner, name: str) -> int:
    asked = [call.parameters for call in plan.stack.sagemaker.record if call.operation == "DescribeInferenceExperiment"]
    return asked.count({"Name": name})


def test_all_pages_are_read(plan: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    # The list begins with the newest.
    make_theirs(plan.stack, Schedule={"StartTime": datetime(2030, 1, 3, tzinfo=UTC)})
    make_another(plan, "another")
    client: Any = plan.stack.ports.sagemaker()
    pages = client.list_inference_experiments
    monkeypatch.setattr(client, "list_inference_experiments", lambda **asked: pages(**asked | {"MaxResults": 1}))

    assert kinds(plan(template(ShadowTest=BEFORE), stack="New")) == {"ShadowTest": ["refused"]}


def test_one_that_is_gone_when_it_is_described(plan: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    make_theirs(plan.stack)
    plan.stack.clock.advance(timedelta(hours=1))
    client: Any = plan.stack.ports.sagemaker()
    pages = client.list_inference_experiments

    def listed(**asked: Any) -> Any:
        answer = pages(**asked)
        actions = {"AllTraffic": "Retain", "Shadow-01": "Remove"}
        plan.stack.call("StopInferenceExperiment", Name=THEIRS, ModelVariantActions=actions)
        plan.stack.clock.advance(timedelta(hours=1))
        plan.stack.call("DeleteInferenceExperiment", Name=THEIRS)
        return answer

    monkeypatch.setattr(client, "list_inference_experiments", listed)

    done = plan(template(ShadowTest=as_served(EndpointName="shop")), stack="New")

    assert done.err == ""
    assert kinds(done) == {"ShadowTest": ["create"]}
    assert described(plan, THEIRS) == 1


@pytest.mark.parametrize("endpoint", [ENDPOINT, "another"])
def test_one_that_may_not_be_described(plan: Planner, endpoint: str) -> None:
    make_another(plan, "another")
    plan.stack.clock.advance(timedelta(hours=1))
    make_theirs(
        plan.stack, Name="hidden", EndpointName=ENDPOINT, Schedule={"StartTime": datetime(2030, 1, 20, tzinfo=UTC)}
    )
    plan.aws.unreadable.add("hidden")

    done = plan(template(ShadowTest=as_served(EndpointName=endpoint)), "--strict", stack="New")

    # That of the endpoint that is known to be in use is refused for that.
    in_use = endpoint == "another"
    assert (done.code, done.err) == (3 if in_use else 4, "")
    assert kinds(done) == {"ShadowTest": ["refused" if in_use else "unknown"]}
    if not in_use:
        assert "it is not known whether experiment hidden is also on endpoint shop: IAM does not allow" in reasons(done)
        assert "sagemaker:DescribeInferenceExperiment" in reasons(done)


def test_an_update_does_not_ask_for_others(plan: Planner) -> None:
    plan.deploy()

    done = plan(template(ShadowTest=as_served(sampling=50)))

    assert kinds(done) == {"ShadowTest": ["update in place"]}
    assert "ListInferenceExperiments" not in plan.stack.calls(reads=True)


def test_whose_it_is_may_not_be_read(plan: Planner) -> None:
    make_theirs(plan.stack, Schedule={"StartTime": datetime(2030, 1, 3, tzinfo=UTC)})
    plan.aws.allowed = set(ACTIONS["plan"]) - {"sagemaker:ListTags"}

    done = plan(template(ShadowTest=BEFORE), stack="New")

    assert (done.code, done.err) == (3, "")
    assert "which is Creating: IAM does not allow reading its tags" in reasons(done)


def test_each_is_described_once(plan: Planner) -> None:
    make_theirs(plan.stack)

    plan(template(First=BEFORE, Second=as_served("contender")), stack="New")

    assert described(plan, THEIRS) == 1
    assert plan.stack.calls(reads=True).count("ListInferenceExperiments") == 1


class Together:
    """A client that answers only two at once."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self._both = Barrier(2, timeout=10)

    def list_inference_experiments(self, **_: Any) -> Any:
        return {"InferenceExperiments": [{"Name": name, "Status": "Running"} for name in ("one", "two")]}

    def describe_inference_experiment(self, Name: str) -> Any:  # noqa: N803
        self._both.wait()
        self.answered.append(Name)
        raise ClientError({"Error": {"Code": "ResourceNotFound"}}, "DescribeInferenceExperiment")


def test_they_are_described_at_once() -> None:
    client = Together()

    read_ahead(Aws("us-east-1"), ReadOnce(client))

    assert sorted(client.answered) == ["one", "two"]
