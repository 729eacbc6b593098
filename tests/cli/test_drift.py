"""``shadowtest drift``: live tests compared with their declarations."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from simulation.declarations import CHALLENGER, PRODUCTION, as_served, shadow_mode
from simulation.endpoints import served
from tests.support.account import Deployed
from tests.support.command_line import CommandLine
from tests.support.deployed_test import DeployedTest
from tests.support.endpoint import deploy, scale
from tests.support.guardrail import look, ring

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "drift.schema.json").read_text())


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch)


def resample(demo: DeployedTest) -> None:
    mode = shadow_mode(33, shadow="Shadow")
    demo.stack.call("UpdateInferenceExperiment", Name=demo.name, ShadowModeConfig=mode)
    demo.stack.clock.advance(600)


def findings(demo: DeployedTest) -> list[dict[str, Any]]:
    done = demo("drift", "Demo", "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    Draft7Validator(SCHEMA).validate(document)
    (resource,) = document["resources"]
    found = resource["findings"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("stacks", [(), ("Demo",)])
def test_what_is_as_declared(demo: DeployedTest, stacks: tuple[str, ...]) -> None:
    done = demo("drift", *stacks, "--detailed-exitcode", "--strict")

    stack = demo.stack.stack_id.split("/")[1]
    assert (done.code, done.err) == (0, "")
    assert done.out == f"ShadowTest of stack {stack}, experiment {demo.name} (Running) is as declared\n"


def test_a_field_is_shown_as_declared_and_as_live(demo: DeployedTest) -> None:
    resample(demo)

    assert [(each["path"], each["declared"], each["live"]) for each in findings(demo)] == [
        ("SamplingPercentage", "10", "33")
    ]
    assert demo("drift", "Demo").code == 0
    assert demo("drift", "Demo", "--detailed-exitcode").code == 2
    assert "SamplingPercentage   10         33" in demo("drift", "Demo").out


def test_markdown_says_what_has_drifted_first_and_folds_the_values(demo: DeployedTest) -> None:
    resample(demo)

    document = demo("drift", "Demo", "--format", "markdown").out

    stack = demo.stack.stack_id.split("/")[1]
    assert document == (
        f"<!-- shadowtest drift {stack} -->\n### Shadow tests of stack {stack}\n\n"
        f"**ShadowTest, experiment {demo.name} (Running) has drifted**\n\n"
        "- Not live as declared: SamplingPercentage.\n\n"
        "<details><summary>Details</summary>\n\n"
        "| field | declared | live |\n|---|---|---|\n| SamplingPercentage | 10 | 33 |\n\n</details>\n"
    )


def test_markdown_has_no_more_bytes_than_it_may(demo: DeployedTest) -> None:
    demo.declare(Tags=[{"Key": f"tag-{number}", "Value": "x" * 200} for number in range(20)])

    document = demo("drift", "Demo", "--format", "markdown", "--max-bytes", "2000").out

    assert 1500 < len(document.encode()) <= 2000
    assert "*The details are shortened.*" in document
    assert all(f"tag-{number}" in document.partition("<details>")[0] for number in range(20))


def test_markdown_folds_what_is_not_compared(demo: DeployedTest) -> None:
    demo.declare(Description="{{resolve:ssm:Description}}")

    document = demo("drift", "Demo", "--format", "markdown").out

    shown, folded = document.split("<details><summary>Details</summary>\n\n")
    assert "can't be compared**" in shown
    assert folded.startswith("- Not compared: ")


def test_a_shadow_variant_that_is_left(demo: DeployedTest) -> None:
    actions = {PRODUCTION: "Retain", "Shadow": "Remove"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions)
    demo.stack.clock.advance(1200)
    deploy(demo.stack, [served()], [served("Shadow", CHALLENGER)])

    found = findings(demo)

    assert [each["kind"] for each in found] == ["test", "endpoint"]
    assert "shadow variant Shadow is still on endpoint shop" in found[1]["message"]

    demo.stack.call("DeleteInferenceExperiment", Name=demo.name)
    deleted = findings(demo)
    assert [each["kind"] for each in deleted] == ["test", "endpoint"]
    assert deleted[0]["message"] == f"there is no experiment {demo.name}"


def test_a_test_that_a_failed_deployment_has_ended(demo: DeployedTest) -> None:
    before, after = as_served(), as_served("not-there", Run="2")
    assert not demo.stack.update(before, after, demo.name).succeeded
    assert demo.stack.roll_back(after, before, demo.name).succeeded

    (found,) = findings(demo)

    assert found["message"].endswith("a deployment of its stack stopped it, and was rolled back")


def test_a_test_that_its_guardrail_has_ended(demo: DeployedTest) -> None:
    demo.stack.status = "CREATE_COMPLETE"
    ring(demo.stack)
    assert look(demo.stack, demo.name) is None

    (found,) = findings(demo)

    assert found["message"].endswith(
        "(ended by alarm shadow-is-slow: the reason of shadow-is-slow): its guardrail stopped it"
    )


def test_an_endpoint_that_has_scaled_is_no_drift_but_holds_up_a_change(demo: DeployedTest) -> None:
    scale(demo.stack, 4)

    done = demo("drift", "Demo", "--detailed-exitcode")

    assert done.code == 0
    assert "No drift, but a change of the test would be refused now: endpoint shop has scaled to 4" in done.out


def test_a_test_of_another_resource(demo: DeployedTest) -> None:
    arn = demo.stack.describe(demo.name)["Arn"]
    tag = {"Key": "sagemaker-inference-experiment:logical-id", "Value": "Other"}
    demo.stack.call("AddTags", ResourceArn=arn, Tags=[tag])

    (found,) = findings(demo)

    assert found["kind"] == "test"
    assert found["message"].startswith(f"{demo.name} does not belong to this resource: it belongs to Other of stack")


def test_what_only_cloudformation_knows_can_not_be_told(demo: DeployedTest) -> None:
    secret = "{{resolve:ssm:/shop/words}}"
    demo.declare(Description=secret)
    resample(demo)

    assert [each["kind"] for each in findings(demo)] == ["unknown", "field"]
    assert demo("drift", "Demo", "--strict", "--detailed-exitcode").code == 4
    assert demo("drift", "Demo", "--detailed-exitcode").code == 2


def test_what_has_no_live_value_leaves_all_untold(demo: DeployedTest) -> None:
    demo.declare(Run="{{resolve:ssm:/shop/run}}")
    resample(demo)

    assert {each["kind"] for each in findings(demo)} == {"unknown"}


def test_parameters_are_those_of_the_deployment(demo: DeployedTest) -> None:
    mode = {"ShadowModelVariants": [{"SamplingPercentage": {"Ref": "Sampling"}}]}
    demo.declare(ShadowModeConfig=mode)
    demo.deployed.template["Parameters"] = {"Sampling": {"Type": "Number", "Default": 77}}  # type: ignore[index]
    demo.deployed.parameters["Sampling"] = "10"

    assert findings(demo) == []


def test_a_stack_that_is_being_deployed_can_not_be_told(demo: DeployedTest) -> None:
    demo.deployed.status = "UPDATE_IN_PROGRESS"

    (found,) = findings(demo)

    assert found["kind"] == "unknown"
    assert "is UPDATE_IN_PROGRESS" in found["message"]


def test_control_characters_are_shown_as_escapes(demo: DeployedTest) -> None:
    demo.stack.call("UpdateInferenceExperiment", Name=demo.name, Description="a\x1b[31m[red]b")
    demo.stack.clock.advance(600)

    out = demo("drift", "Demo").out

    assert "a\\x1b[31m[red]b" in out
    assert "\x1b" not in out


def test_stacks_that_do_not_exist_are_all_named(demo: DeployedTest) -> None:
    done = demo("drift", "Here", "Demo", "There")

    assert (done.code, done.out) == (1, "")
    assert done.err == "error: there is no stack Here and no stack There in us-east-1\n"


def test_what_is_denied_is_named(demo: DeployedTest) -> None:
    demo.aws.cloudformation.denied.add("GetTemplate")

    done = demo("drift", "Demo")

    assert done.code == 1
    assert done.err.startswith("error: IAM does not allow cloudformation:GetTemplate, which this command needs")
    assert len(done.err.splitlines()) == 1


def test_stacks_without_a_test(demo: DeployedTest) -> None:
    demo.aws.cloudformation.stacks = {
        "Other": Deployed("arn:aws:cloudformation:us-east-1:1:stack/Other/1", {"Resources": {}})
    }

    assert demo("drift").out == "No shadow tests found.\n"


def test_another_declaration_that_failed_to_deploy(demo: DeployedTest) -> None:
    demo.declare(**as_served("contender"))

    (found,) = findings(demo)

    assert (found["path"], found["declared"]) == ("ModelVariants.Shadow.ModelName", "contender")
