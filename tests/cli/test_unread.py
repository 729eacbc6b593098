"""What can't be read is an error. The rest is still shown and written, and the exit code is 1."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from jsonschema import Draft7Validator

from shadowtest.aws import attempts
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from simulation.declarations import as_served
from tests.support.account import Deployed
from tests.support.planner import BEFORE, Planner, template
from tests.support.stack import Stack

DOCS = Path(__file__).parents[2] / "docs"
DENIED = "IAM does not allow cloudformation:GetTemplate, which this command needs"
THEIR_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/Other/1"
ENDPOINT = "other"


@pytest.fixture
def other(planner: Planner) -> str:
    """Another stack with its own test. Returns the name of its experiment."""
    planner.stack.serve(ENDPOINT)
    planner.stack.clock.advance(3600)
    declared = as_served(EndpointName=ENDPOINT)
    name = Stack(stack_id=THEIR_ID, beside=planner.stack).create(declared).physical_id
    stack = Deployed(THEIR_ID, template(ShadowTest=declared), {"ShadowTest": name})
    planner.aws.cloudformation.stacks["Other"] = stack
    planner.stack.clock.advance(3600)
    return name


def write_assembly(planner: Planner, **experiments: dict[str, Any]) -> None:
    artifacts = {}
    for name, declared in experiments.items():
        planner.shadowtest.write(f"cdk.out/{name}.json", json.dumps(template(ShadowTest=declared)))
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": {"templateFile": f"{name}.json"}}
    planner.shadowtest.write("cdk.out/manifest.json", json.dumps({"artifacts": artifacts}))


def test_the_other_stacks_are_planned(planner: Planner, other: str) -> None:
    planner.aws.cloudformation.denied = {"GetTemplate of Other"}
    new = as_served(sampling=50)
    write_assembly(planner, Other=BEFORE, Demo=new, New=new | {"EndpointName": "nowhere"})

    done = planner.shadowtest("plan", "--out", "json=plan.json", "--strict")

    assert done.code == 1
    assert done.err.startswith(f"error: stack Other can't be read: {DENIED}")
    assert len(done.err.splitlines()) == 1
    assert "SamplingPercentage from 10 to 50" in done.out
    plan = json.loads((planner.shadowtest.folder / "plan.json").read_text())
    Draft7Validator(json.loads((DOCS / "plan.schema.json").read_text())).validate(plan)
    assert [(each["stack"], len(each["resources"])) for each in plan["stacks"]] == [
        ("Other", 0),
        ("Demo", 1),
        ("New", 1),
    ]
    assert f"The stack is not planned, because it can't be read: {DENIED}" in plan["stacks"][0]["notes"][0]


def test_a_test_that_can_not_be_read_is_unknown_in_its_plan(planner: Planner, other: str) -> None:
    planner.aws.unreadable.add(other)
    sampling = as_served(sampling=50)
    write_assembly(planner, Other=sampling | {"EndpointName": ENDPOINT}, Demo=sampling)

    done = planner.shadowtest("plan", "--format", "json")

    verdicts = planner.verdicts(done)
    assert done.code == 1
    assert done.err.startswith("error: ShadowTest of stack Other can't be read: IAM does not allow sagemaker:Describe")
    assert [each["kind"] for each in verdicts["Demo.ShadowTest"]] == ["update in place"]
    assert verdicts["Other.ShadowTest"][0]["reason"].startswith("it can't be read: IAM does not allow")


def test_where_nothing_can_be_read_nothing_is_said_but_that(planner: Planner) -> None:
    planner.aws.cloudformation.denied = {"GetTemplate"}
    write_assembly(planner, Other=BEFORE, Demo=BEFORE)
    planner.aws.cloudformation.stacks["Other"] = Deployed(THEIR_ID, template())

    done = planner.shadowtest("plan", "--out", "json=plan.json")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error: {DENIED}")
    assert len(done.err.splitlines()) == 1
    assert not (planner.shadowtest.folder / "plan.json").exists()


def test_exports_are_needed_only_by_stacks_that_import(planner: Planner) -> None:
    planner.aws.cloudformation.denied = {"ListExports"}
    words = {"Description": {"Fn::ImportValue": "Words"}}
    write_assembly(planner, Demo=as_served(sampling=50), New=BEFORE | words, Newer=BEFORE | words)

    done = planner.shadowtest("plan", "--format", "json")

    assert done.code == 1
    assert done.err.startswith("error: stack New and stack Newer can't be read: IAM does not allow")
    assert list(planner.verdicts(done)) == ["Demo.ShadowTest"]


@pytest.mark.parametrize("named", [(), ("Other", "Demo")])
def test_the_drift_of_the_others_is_told(planner: Planner, other: str, named: tuple[str, ...]) -> None:
    planner.aws.cloudformation.denied = {"GetTemplate of Other"}

    done = planner.shadowtest("drift", *named, "--format", "json", "--detailed-exitcode")

    assert done.code == 1
    assert done.err.startswith(f"error: stack Other can't be read: {DENIED}")
    assert [each["experiment"] for each in json.loads(done.out)["resources"]] == [planner.name]


def test_the_drift_of_a_test_that_can_not_be_read_is_unknown(planner: Planner, other: str) -> None:
    planner.aws.unreadable.add(other)

    done = planner.shadowtest("drift", "--format", "json")

    found = {each["experiment"]: each["findings"] for each in json.loads(done.out)["resources"]}
    assert done.code == 1
    assert done.err.startswith("error: ShadowTest of stack Other can't be read: IAM does not allow sagemaker:Describe")
    assert found[planner.name] == []
    assert found[other][0]["kind"] == "unknown"


def test_drift_without_exports(planner: Planner, other: str) -> None:
    planner.aws.cloudformation.denied = {"ListExports"}
    theirs = planner.aws.cloudformation.stacks["Other"].template["Resources"]["ShadowTest"]["Properties"]
    theirs["Description"] = {"Fn::ImportValue": "Words"}

    done = planner.shadowtest("drift", "--format", "json")

    assert done.code == 1
    assert done.err.startswith("error: stack Other can't be read: IAM does not allow")
    assert [each["experiment"] for each in json.loads(done.out)["resources"]] == [planner.name]


def status(planner: Planner, *named: str) -> tuple[list[str], list[str]]:
    """The experiments that are shown, and what could not be read."""
    done = planner.shadowtest("status", *named, "--format", "json")
    state = json.loads(done.out)
    Draft7Validator(json.loads((DOCS / "status.schema.json").read_text())).validate(state)
    assert (done.code, done.err) == (1, "".join(f"error: {each}\n" for each in state["unread"]))
    return [each["experiment"] for each in state["tests"]], state["unread"]


def test_the_status_of_the_others_is_shown(planner: Planner, other: str) -> None:
    planner.aws.cloudformation.denied = {"GetTemplate of Other"}

    shown, (unread,) = status(planner, "Other", "Demo")

    assert shown == [planner.name]
    assert unread.startswith(f"stack Other can't be read: {DENIED}")


@pytest.mark.parametrize("named", [(), ("Other", "Demo")])
def test_the_status_without_a_test_that_can_not_be_read(planner: Planner, other: str, named: tuple[str, ...]) -> None:
    planner.aws.unreadable.add(other)

    shown, (unread,) = status(planner, *named)

    assert shown == [planner.name]
    assert unread.startswith(f"experiment {other} can't be read: IAM does not allow")


def test_the_status_without_an_endpoint_that_can_not_be_read(
    planner: Planner, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = planner.stack.ports.sagemaker()
    describe = client.describe_endpoint

    def denied(EndpointName: str) -> Any:  # noqa: N803
        if EndpointName == ENDPOINT:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeEndpoint")
        return describe(EndpointName=EndpointName)

    monkeypatch.setattr(client, "describe_endpoint", denied)

    shown, (unread,) = status(planner)

    assert shown == [planner.name]
    assert unread.startswith(f"endpoint {ENDPOINT} can't be read: IAM does not allow")


def test_the_status_without_the_stack_of_a_test(planner: Planner, other: str) -> None:
    planner.aws.cloudformation.denied = {"DescribeStacks of Other"}

    shown, (unread,) = status(planner)

    assert sorted(shown) == sorted([planner.name, other])
    assert unread.startswith("stack Other can't be read: IAM does not allow cloudformation:DescribeStacks")


class CloudWatch:
    """Has no data. ``denied``: the endpoint whose metrics can't be read."""

    def __init__(self, denied: str) -> None:
        self._denied = denied

    def get_paginator(self, method: str) -> "CloudWatch":
        assert method == "get_metric_data"
        return self

    def paginate(self, MetricDataQueries: list[dict[str, Any]], **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        if self._denied in json.dumps(MetricDataQueries):
            message = "User: someone is not authorized to perform: cloudwatch:GetMetricData"
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "GetMetricData")
        yield {"MetricDataResults": []}


@pytest.mark.parametrize("named", [(), ("Other", "Demo")])
def test_the_report_of_the_others_is_made(planner: Planner, other: str, named: tuple[str, ...]) -> None:
    planner.aws.cloudwatch = CloudWatch(ENDPOINT)

    done = planner.shadowtest("report", *named, "--format", "json")

    reports = {each["experiment"]: each for each in json.loads(done.out)["tests"]}
    assert done.code == 1
    assert done.err.startswith(f"error: the metrics of experiment {other} can't be read: IAM does not allow cloudwatch")
    assert reports[planner.name]["measures"]
    assert reports[other]["measures"] == []
    assert reports[other]["notes"][0].startswith("The metrics can't be read: IAM does not allow cloudwatch")


def test_the_report_without_a_stack_and_a_test_that_can_not_be_read(planner: Planner, other: str) -> None:
    planner.aws.cloudwatch = CloudWatch("nobody's")
    planner.aws.cloudformation.denied = {"GetTemplate of Other"}

    without_a_stack = planner.shadowtest("report", "Other", "Demo", "--format", "json")
    planner.aws.unreadable.add(planner.name)
    nothing = planner.shadowtest("report", "Other", "Demo", "--format", "json")

    assert without_a_stack.code == 1
    assert [each["experiment"] for each in json.loads(without_a_stack.out)["tests"]] == [planner.name]
    assert (nothing.code, nothing.out) == (1, "")
    assert len(nothing.err.splitlines()) == 2


class OneByOne:
    """In the place of ``Aws``."""

    @staticmethod
    def each(read: Any, of: Any) -> list[Any]:
        return [read(each) for each in of]


def test_a_region_that_can_not_be_reached_is_asked_once() -> None:
    asked = []

    def read(each: str) -> str:
        asked.append(each)
        if each.startswith("eu"):
            raise EndpointConnectionError(endpoint_url="https://eu")
        return each

    read_each = attempt_each(
        OneByOne(),  # type: ignore[arg-type]
        read,
        ["eu-1", "us-1", "eu-2", "us-2"],
        named=lambda each: f"stack {each}",
        region=lambda each: each[:2],
    )

    assert asked == ["eu-1", "us-1", "us-2"]
    failures = [each for each in read_each if isinstance(each, Failure)]
    (line,) = failures_in_words(failures, 4)
    assert line.startswith("stack eu-1 and stack eu-2 can't be read: AWS can't be reached: ")


def test_what_concerns_all_ends_the_command() -> None:
    def read(_: str) -> str:
        raise NoCredentialsError

    with pytest.raises(NoCredentialsError):
        attempts.attempt_each(OneByOne(), read, ["one"], named=str)  # type: ignore[arg-type]
