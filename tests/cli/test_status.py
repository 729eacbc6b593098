"""``shadowtest status``: the live tests."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft7Validator

from inference_experiment_handler.model.tags import STACK_ID
from shadowtest.live_tests import running_tests
from simulation.declarations import declared
from simulation.endpoints import served
from tests.support.account import Deployed
from tests.support.command_line import CommandLine
from tests.support.deployed_test import DeployedTest
from tests.support.endpoint import deploy, scale
from tests.support.foreign import THEIRS, make_theirs

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "status.schema.json").read_text())


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch, declared(Schedule={"Duration": "P7D"}))


def state(demo: DeployedTest, *arguments: str) -> dict[str, Any]:
    done = demo("status", *arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    Draft7Validator(SCHEMA).validate(document)
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("stacks", [(), ("Demo",)])
def test_a_running_test(demo: DeployedTest, stacks: tuple[str, ...]) -> None:
    scale(demo.stack, 3)

    (test,) = state(demo, *stacks)["tests"]

    assert (test["stack"], test["logicalId"]) == (demo.stack.stack_id.split("/")[1], demo.stack.logical_id)
    assert (test["experiment"], test["status"], test["samplingPercentage"]) == (demo.name, "Running", 10)
    assert [(each["role"], each["model"], each["instanceCount"]) for each in test["served"]] == [
        ("production", "champion", 3),
        ("shadow", "challenger", 1),
    ]
    assert [each["role"] for each in test["bills"]] == ["production", "shadow"]
    assert test["bills"][0]["instanceHours"] == pytest.approx(3 * test["bills"][1]["instanceHours"], abs=0.1)
    out = demo("status", *stacks).out
    assert "Status: Running.\n" in out
    assert "The shadow variant gets 10 percent of the requests." in out


def test_markdown_says_the_status_first_and_folds_what_is_served(demo: DeployedTest) -> None:
    document = demo("status", "--format", "markdown").out

    stack = demo.stack.stack_id.split("/")[1]
    assert document.startswith(
        f"<!-- shadowtest status {stack} -->\n### Shadow tests of stack {stack}\n\n"
        f"**ShadowTest**: experiment {demo.name}\n\n- Status: Running.\n"
    )
    shown, folded = document.split("<details><summary>Details</summary>\n\n")
    assert "percent of the requests" in shown
    assert folded.startswith("| served as | variant |")
    assert "| shadow | Shadow-01 | challenger | 1 x ml.m5.xlarge |\n\n- Production variant" in folded


def test_markdown_has_no_more_bytes_than_it_may(demo: DeployedTest) -> None:
    deploy(demo.stack, [served(f"variant-{number}-{'x' * 40}") for number in range(10)])

    document = demo("status", "--format", "markdown", "--max-bytes", "1024").out

    assert 800 < len(document.encode()) <= 1024
    assert "- Status: Running.\n" in document
    assert "*The details are shortened.*" in document


def test_only_all_shows_what_has_ended_or_is_nobodys(demo: DeployedTest) -> None:
    actions = {"AllTraffic": "Retain", "Shadow-01": "Remove"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions)
    demo.stack.clock.advance(timedelta(minutes=20))
    make_theirs(demo.stack)
    demo.stack.clock.advance(timedelta(minutes=20))

    assert state(demo)["tests"] == []
    assert demo("status").out == "No shadow tests found.\n"
    assert [(each["experiment"], each["logicalId"]) for each in state(demo, "--all")["tests"]] == [
        (THEIRS, None),
        (demo.name, demo.stack.logical_id),
    ]
    document = demo("status", "--all", "--format", "markdown").out
    assert document.count("<!--") == 2
    assert f"<!-- shadowtest status -->\n### Experiments that no stack owns\n\n**experiment {THEIRS}**\n" in document
    (ended,) = state(demo, "Demo")["tests"]
    assert (ended["status"], ended["end"], ended["bills"]) == ("Completed", None, [])


@pytest.mark.parametrize(
    "owner", ["garbage", "", "stack/Demo/1", "arn:aws:s3:::bucket", "arn:aws:cloudformation:::stack"]
)
def test_a_tag_that_names_no_stack_makes_the_experiment_nobodys(demo: DeployedTest, owner: str) -> None:
    arn = demo.stack.describe(demo.name)["Arn"]
    demo.stack.call("AddTags", ResourceArn=arn, Tags=[{"Key": STACK_ID, "Value": owner}])

    assert state(demo)["tests"] == []
    assert [(each["stack"], each["logicalId"]) for each in state(demo, "--all")["tests"]] == [(None, None)]
    assert running_tests(cast("Any", demo.aws)).found == []


def test_a_stack_of_another_account_is_named_but_not_read(demo: DeployedTest) -> None:
    arn = demo.stack.describe(demo.name)["Arn"]
    foreign = "arn:aws:cloudformation:us-east-1:999999999999:stack/Theirs/1"
    demo.stack.call("AddTags", ResourceArn=arn, Tags=[{"Key": STACK_ID, "Value": foreign}])

    document = state(demo)

    assert [each["stack"] for each in document["tests"]] == ["Theirs"]
    assert document["stacks"] == []
    assert "DescribeStacks" not in demo.aws.cloudformation.calls


@pytest.mark.parametrize("command", ["status", "drift"])
def test_a_stack_that_is_named_twice_is_shown_once(demo: DeployedTest, command: str) -> None:
    done = demo(command, "Demo", demo.stack.stack_id, "Demo", "--format", "json")

    assert done.code == 0
    assert done.out.count(f'"experiment": "{demo.name}"') == 1


@pytest.mark.parametrize("command", ["status", "drift", "gate"])
def test_nested_stacks_are_said_not_to_be_looked_at(demo: DeployedTest, command: str) -> None:
    inner = "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo-Inner-1X2Y/1"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {}}
    demo.deployed.template["Resources"] |= {"Inner": nested, "NotCreated": nested}  # type: ignore[index]
    demo.deployed.physical_ids["Inner"] = inner
    demo.aws.cloudformation.stacks["Demo-Inner-1X2Y"] = Deployed(inner, {"Resources": {}})

    named, both, all_of_them = demo(command, "Demo"), demo(command, "Demo", "Demo-Inner-1X2Y"), demo(command)

    assert [each.code for each in (named, both, all_of_them)] == [0, 0, 0]
    assert named.err == "note: the nested stacks of stack Demo are not read unless you name them: Demo-Inner-1X2Y\n"
    # A nested stack is one of the stacks of the region.
    assert (both.err, all_of_them.err) == ("", "")


def test_an_experiment_that_is_gone(demo: DeployedTest) -> None:
    demo.stack.remove(demo.name)

    done = demo("status", "Demo")

    assert done.code == 1
    assert done.err.startswith(f"error: experiment {demo.name} of ShadowTest in stack ")


def test_a_new_run_is_found_before_cloudformation_knows_its_name(demo: DeployedTest) -> None:
    demo.deployed.status = "CREATE_IN_PROGRESS"
    demo.deployed.physical_ids.clear()

    found = state(demo, "Demo")

    assert [each["experiment"] for each in found["tests"]] == [demo.name]
    assert found["transitions"] == [f"stack {demo.stack.stack_id.split('/')[1]} is CREATE_IN_PROGRESS"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Nowhere",), "there is no stack Nowhere in us-east-1"),
        (("Demo", "--all"), "--all can't be combined with STACK"),
        (("--watch", "--format", "json"), "--watch prints only text: use --out json=FILE to write the last state"),
    ],
)
def test_what_can_not_be_shown(demo: DeployedTest, arguments: tuple[str, ...], said: str) -> None:
    done = demo("status", *arguments)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error: {said}")
