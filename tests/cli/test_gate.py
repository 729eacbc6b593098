"""``shadowtest gate``: the verdict on ``PromoteIf`` as of now."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator

from simulation.cloudwatch import Refusal, metric_of
from simulation.declarations import ENDPOINT, PRODUCTION, as_served
from tests.support.account import Deployed
from tests.support.command_line import CommandLine, Done
from tests.support.deployed_test import DeployedTest

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "gate.schema.json").read_text())
TRAFFIC = {"Type": "Traffic", "MinInvocations": "1000"}
ALARMS = {"Type": "Alarms", "AlarmNames": ["slow"]}
LONGER = {"Type": "Running", "AtLeast": "P2D"}
ERRORS = {"Type": "ErrorRate", "MaxIncrease": "1", "Max": "2"}
NO_GATES = "No shadow tests with PromoteIf found.\n"


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    """A test that has run for two hours, with 20 requests a minute to each variant."""
    demo = DeployedTest(shadowtest, monkeypatch)
    demo.aws.cloudwatch = demo.stack.cloudwatch
    demo.stack.cloudwatch.alarms["slow"] = "OK"
    for minute in range(120):
        for variant in (PRODUCTION, "Shadow"):
            metric = metric_of("AWS/SageMaker", "Invocations", {"EndpointName": ENDPOINT, "VariantName": variant})
            demo.stack.cloudwatch.put(metric, demo.stack.clock.now() + timedelta(minutes=minute), 20)
    demo.stack.clock.advance(timedelta(hours=2))
    return demo


def gate(demo: DeployedTest, *criteria: dict[str, Any], **more: Any) -> None:
    demo.declare(PromoteIf={"Criteria": list(criteria), **more})


def judged(demo: DeployedTest, *stacks: str, code: int) -> dict[str, Any]:
    """The only gate of the JSON."""
    (told,) = document(demo(*(("gate", *stacks) if stacks else ("gate", "Demo")), "--format", "json"), code)["gates"]
    assert isinstance(told, dict)
    return told


def document(done: Done, code: int) -> dict[str, Any]:
    assert (done.code, done.err) == (code, "")
    read = json.loads(done.out)
    Draft7Validator(SCHEMA).validate(read)
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize(
    ("criteria", "code", "verdict"),
    [
        ([TRAFFIC, ALARMS], 0, "holds"),
        ([TRAFFIC, LONGER], 4, "inconclusive"),
        ([TRAFFIC, LONGER | {"Enforce": "false"}], 0, "holds"),
        ([LONGER, ALARMS | {"AlarmNames": ["red"]}], 3, "fails"),
    ],
)
@pytest.mark.parametrize("stacks", [(), ("Demo",)])
def test_the_exit_code_is_the_verdict(
    demo: DeployedTest, criteria: list[dict[str, Any]], code: int, verdict: str, stacks: tuple[str, ...]
) -> None:
    demo.stack.cloudwatch.alarms["red"] = "ALARM"
    gate(demo, *criteria)

    done = demo("gate", *stacks)

    stack = demo.stack.stack_id.split("/")[1]
    assert (done.code, done.err) == (code, "")
    said = f"is {verdict}" if verdict == "inconclusive" else verdict
    assert done.lines[0].startswith(
        f"ShadowTest of stack {stack}, experiment {demo.name} (Running): PromoteIf {said}: "
    )
    assert len(done.lines) == 1 + len(criteria)


def test_each_criterion_has_its_verdict_value_limit_samples_and_window(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC | {"MinInvocations": "100000"}, LONGER | {"Enforce": "false"})

    told = judged(demo, code=4)

    traffic, running = told["criteria"]
    (finding,) = traffic["findings"]
    assert (traffic["type"], traffic["enforce"], traffic["verdict"]) == ("Traffic", True, "inconclusive")
    assert (finding["property"], finding["limit"], finding["unit"]) == ("MinInvocations", 100_000, None)
    assert finding["value"] == finding["samples"] > 2000
    assert finding["window"]["periodSeconds"] == 60
    assert finding["enoughAt"] == told["enoughAt"] > told["judgedAt"]
    assert "at this rate, there will be enough data at" in finding["message"]
    assert (running["enforce"], running["findings"][0]["unit"]) == (False, "s")
    assert told["message"].startswith("PromoteIf is inconclusive: 1 of 1 criterion (Traffic) at ")


def test_a_criterion_with_two_limits_has_a_finding_of_each(demo: DeployedTest) -> None:
    gate(demo, ERRORS)

    (errors,) = judged(demo, code=0)["criteria"]

    assert [each["property"] for each in errors["findings"]] == ["MaxIncrease", "Max"]
    assert errors["name"] == "ErrorRate InvocationModelErrors"


def test_the_verdict_is_the_one_of_the_deployment(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC, LONGER)
    before = dict(demo.declared)
    promotion = before | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}

    said = judged(demo, code=4)["message"]
    answer = demo.stack.update(before, promotion, demo.name)

    assert said.partition(" at 2030")[0] in (answer.reason or "")


def test_an_alarm_of_the_same_stack(demo: DeployedTest) -> None:
    gate(demo, ALARMS | {"AlarmNames": [{"Ref": "Slow"}]})
    demo.deployed.template["Resources"]["Slow"] = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    demo.deployed.physical_ids["Slow"] = "slow"

    assert judged(demo, code=0)["verdict"] == "holds"


def test_a_value_that_only_cloudformation_knows(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC | {"MinInvocations": "{{resolve:ssm:least}}"})

    message = judged(demo, code=4)["message"]

    assert message.startswith("PromoteIf is not judged: PromoteIf.Criteria[0].MinInvocations is known only to Cloud")


def test_other_values_may_be_unknown(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)
    demo.declare(RoleArn="{{resolve:ssm:role}}")

    assert judged(demo, code=0)["verdict"] == "holds"


def test_a_gate_that_the_function_refuses(demo: DeployedTest) -> None:
    gate(demo, {"Type": "Traffic"})

    message = judged(demo, code=4)["message"]

    assert "the function rejects the deployed properties: 1 fault" in message
    assert "PromoteIf.Criteria[0].MinInvocations is missing" in message


def test_a_test_that_has_not_started(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = {"StartTime": "2030-01-02T00:00:00Z", "Duration": "P1D"}
    demo = DeployedTest(shadowtest, monkeypatch, as_served(Schedule=schedule))
    gate(demo, TRAFFIC)

    told = judged(demo, code=4)

    assert (told["status"], told["verdict"]) == ("Created", "inconclusive")
    assert told["message"] == "PromoteIf is not judged: the test has not started"


def test_a_test_that_has_ended_is_only_shown_if_its_stack_is_named(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)
    actions = {PRODUCTION: "Retain", "Shadow": "Remove"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions)

    assert judged(demo, code=4)["message"] == "PromoteIf is not judged: the test is not running"

    demo.stack.clock.advance(1200)

    assert judged(demo, code=4)["message"] == "PromoteIf is not judged: the test has ended"
    assert demo("gate").out == NO_GATES


def promote(demo: DeployedTest) -> None:
    """A deployment promotes the shadow variant, as the template declares from then on."""
    before = dict(demo.declared)
    demo.declare(DesiredState="Completed", ModelVariantActions={"Shadow": "Promote"})
    answer = demo.stack.update(before, demo.declared, demo.name)
    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("criterion", [TRAFFIC, LONGER], ids=["holds", "would not hold"])
def test_a_test_that_is_promoted_as_declared_holds_and_is_not_judged_again(
    demo: DeployedTest, criterion: dict[str, Any]
) -> None:
    promote(demo)
    gate(demo, criterion)
    message = "PromoteIf is not judged: the shadow variant is promoted as declared"

    told = judged(demo, code=0)

    assert (told["status"], told["verdict"], told["message"]) == ("Completed", "holds", message)
    assert (told["judgedAt"], told["criteria"]) == (None, [])
    for format in ("text", "markdown"):
        done = demo("gate", "Demo", "--format", format)
        assert (done.code, message in " ".join(done.out.split())) == (0, True)
    (case,) = ElementTree.fromstring(demo("gate", "Demo", "--format", "junit").out).iter("testcase")
    assert list(case) == []
    assert demo("gate").out == NO_GATES


def test_a_promotion_that_is_not_the_declared_one_is_not_judged(demo: DeployedTest) -> None:
    promote(demo)
    desired = [
        {"ModelName": "challenger", "VariantName": "Shadow", "InstanceType": "ml.m5.large", "InitialInstanceCount": 9}
    ]
    demo.declare(DesiredModelVariants=desired)
    gate(demo, TRAFFIC)

    assert judged(demo, code=4)["message"] == "PromoteIf is not judged: the test has ended"


def test_a_promotion_by_hand_is_not_judged(demo: DeployedTest) -> None:
    actions = {PRODUCTION: "Remove", "Shadow": "Promote"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions, DesiredState="Completed")
    demo.stack.clock.advance(1200)
    demo.declare(DesiredState="Completed", ModelVariantActions={"Shadow": "Promote"})
    gate(demo, TRAFFIC)

    assert judged(demo, code=4)["message"] == "PromoteIf is not judged: the test has ended"


def test_a_test_that_is_gone(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)
    demo.deployed.physical_ids["ShadowTest"] = "gone"

    assert judged(demo, code=4)["message"] == "PromoteIf is not judged: there is no experiment gone"


def test_a_stack_that_is_being_deployed_may_have_another_gate(demo: DeployedTest) -> None:
    demo.deployed.status = "UPDATE_IN_PROGRESS"

    assert "is UPDATE_IN_PROGRESS" in judged(demo, code=4)["message"]


def test_the_verdicts_of_several_tests(demo: DeployedTest) -> None:
    """One that fails outweighs one that is inconclusive."""
    gate(demo, LONGER)
    demo.stack.cloudwatch.alarms["red"] = "ALARM"
    other = as_served(PromoteIf={"Criteria": [ALARMS | {"AlarmNames": ["red"]}]})
    resource = {"Resources": {"Other": DeployedTest.resource(other)}}
    demo.aws.cloudformation.stacks["Other"] = Deployed("arn:of:a:b:c:stack/Other/1", resource, {"Other": demo.name})

    told = document(demo("gate", "Demo", "Other", "--format", "json"), 3)

    assert told["verdict"] == "fails"
    assert [each["verdict"] for each in told["gates"]] == ["inconclusive", "fails"]


@pytest.mark.parametrize("stacks", [(), ("Demo",)])
def test_without_a_gate_there_is_nothing_to_judge(demo: DeployedTest, stacks: tuple[str, ...]) -> None:
    done = demo("gate", *stacks)

    assert (done.code, done.out, done.err) == (0, NO_GATES, "")
    assert document(demo("gate", *stacks, "--format", "json"), 0) == {"schemaVersion": 1, "verdict": None, "gates": []}
    assert demo("gate", *stacks, "--format", "markdown").out.endswith(f" -->\n\n{NO_GATES}")


def test_a_stack_that_is_named_twice_is_judged_once(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)

    assert judged(demo, "Demo", demo.stack.stack_id, "Demo", code=0)["experiment"] == demo.name


def test_what_can_not_be_read_is_no_verdict(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)
    demo.stack.cloudwatch.refusals["GetMetricData"] = Refusal("ValidationError", "no")

    done = demo("gate", "Demo")

    assert done.code == 1
    assert "PromoteIf is not judged: it can't be read: " in done.out
    assert done.err.startswith("error: ")


def test_markdown_says_first_what_holds_up_the_promotion(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC, LONGER, ALARMS | {"AlarmNames": ["none"], "Enforce": "false"})

    done = demo("gate", "Demo", "--format", "markdown")

    stack = demo.stack.stack_id.split("/")[1]
    shown, folded = done.out.split("<details><summary>Details</summary>\n\n")
    assert shown.startswith(f"<!-- shadowtest gate {stack} -->\n### Shadow tests of stack {stack}\n\n**ShadowTest, ")
    assert "- Running is inconclusive: " in shown
    assert "Traffic" not in shown
    assert folded.startswith("- Traffic holds: ")
    assert "- Alarms (reported only) is inconclusive: " in folded


def test_junit_has_a_test_case_of_each_criterion(demo: DeployedTest) -> None:
    demo.stack.cloudwatch.alarms["red"] = "ALARM"
    red = ALARMS | {"AlarmNames": ["red"]}
    gate(demo, TRAFFIC, LONGER, red, {"Type": "Latency", "Statistic": "p50", "Max": "9", "Enforce": "false"})

    done = demo("gate", "Demo", "--format", "junit", "--out", "junit=gate.xml")

    suite = ElementTree.fromstring(done.out).find("testsuite")
    assert suite is not None
    assert [(case.get("name"), [said.tag for said in case]) for case in suite] == [
        ("Traffic", []),
        ("Running", ["error"]),
        ("Alarms", ["failure"]),
        ("Latency p50", ["skipped"]),
    ]
    assert [suite.get(each) for each in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert (demo.shadowtest.folder / "gate.xml").read_text() == done.out


def test_junit_of_a_test_that_is_not_judged_is_an_error(demo: DeployedTest) -> None:
    gate(demo, TRAFFIC)
    demo.deployed.physical_ids["ShadowTest"] = "gone"

    assert '<error message="PromoteIf is not judged: ' in demo("gate", "Demo", "--format", "junit").out
