"""The verdict on ``PromoteIf`` in a report."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulation.declarations import PRODUCTION
from tests.support.command_line import CommandLine, Done
from tests.support.deployed_test import DeployedTest

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
ALARMS = {"Criteria": [{"Type": "Alarms", "AlarmNames": ["slow"]}]}


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> DeployedTest:
    demo = DeployedTest(CommandLine(tmp_path, monkeypatch, capsys), monkeypatch)
    demo.aws.cloudwatch = demo.stack.cloudwatch
    demo.stack.cloudwatch.alarms["slow"] = "ALARM"
    demo.stack.clock.advance(timedelta(hours=2))
    demo.declare(PromoteIf=ALARMS)
    return demo


def gate(done: Done) -> Any:
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    jsonschema.validate(document, SCHEMA)
    (test,) = document["tests"]
    return test["gate"]


def test_the_verdict_is_told_and_does_not_change_the_exit_code(demo: DeployedTest) -> None:
    told = gate(demo("report", "Demo", "--format", "json"))

    assert told["verdict"] == "fails"
    assert told["message"].startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")


def test_text_has_each_criterion(demo: DeployedTest) -> None:
    lines = [line.strip() for line in demo("report", "Demo").lines]

    assert any(line.startswith("PromoteIf fails: ") for line in lines)
    assert any(line.startswith("Alarms fails: slow is in ALARM") for line in lines)


def test_markdown_folds_the_criteria(demo: DeployedTest) -> None:
    shown, folded = demo("report", "Demo", "--format", "markdown").out.split("<details>")

    assert "PromoteIf fails: " in shown
    assert "Alarms fails: " not in shown
    assert "- Alarms fails: " in folded


def test_the_page_has_each_criterion(demo: DeployedTest) -> None:
    page = demo.shadowtest.folder / "report.html"

    demo("report", "Demo", "--out", f"html={page}")

    assert "<li>PromoteIf fails: " in page.read_text()
    assert "<li>Alarms fails: slow is in ALARM" in page.read_text()


def test_a_gate_that_may_not_be_read_is_said_not_to_be_judged(demo: DeployedTest) -> None:
    denied = "cloudwatch:DescribeAlarms"

    class AllBut:
        def __contains__(self, action: object) -> bool:
            return action != denied

    demo.aws.allowed = AllBut()

    told = gate(demo("report", "Demo", "--format", "json"))

    assert told["verdict"] == "inconclusive"
    assert told["message"].startswith(f"PromoteIf is not judged: it can't be read: IAM does not allow {denied}")


def test_without_names_no_template_is_read(demo: DeployedTest) -> None:
    assert gate(demo("report", "--format", "json")) is None


def test_without_a_gate_there_is_no_verdict(demo: DeployedTest) -> None:
    del demo.deployed.template["Resources"]["ShadowTest"]["Properties"]["PromoteIf"]

    assert gate(demo("report", "Demo", "--format", "json")) is None
    assert "PromoteIf" not in demo("report", "Demo").out


def test_a_test_that_has_ended_has_no_verdict(demo: DeployedTest) -> None:
    actions = {PRODUCTION: "Retain", "Shadow": "Remove"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions)
    demo.stack.clock.advance(1200)

    assert gate(demo("report", "Demo", "--format", "json")) is None
