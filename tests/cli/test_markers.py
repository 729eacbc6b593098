"""The hidden lines by which a pipeline finds its comment again, when a stack has no shadow test any more."""

from pathlib import Path

import pytest

from tests.support.account import Deployed
from tests.support.planner import BEFORE, Planner, template

NO_TESTS = "No shadow tests found.\n"
OTHER = Deployed("arn:aws:cloudformation:us-east-1:123456789012:stack/Other/1", {"Resources": {}})
COMMANDS = ("status", "drift", "report")


@pytest.fixture
def without(planner: Planner) -> Planner:
    """The stack ``Demo``, whose only test is gone, and ``Other``, which never had one."""
    actions = {"AllTraffic": "Retain", "Shadow": "Remove"}
    planner.stack.call("StopInferenceExperiment", Name=planner.name, ModelVariantActions=actions)
    planner.stack.clock.advance(1200)
    planner.deployed.template = template()
    planner.deployed.physical_ids.clear()
    planner.aws.cloudformation.stacks["Other"] = OTHER
    planner.aws.cloudwatch = object()
    return planner


@pytest.mark.parametrize("command", COMMANDS)
def test_each_stack_that_is_named_has_its_line(without: Planner, command: str) -> None:
    done = without.shadowtest(command, "Other", OTHER.stack_id, "Demo", "--format", "markdown")

    assert (done.code, done.err) == (0, "")
    assert done.out == f"<!-- shadowtest {command} Other -->\n\n<!-- shadowtest {command} Demo -->\n\n{NO_TESTS}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_region_without_tests_has_a_line_without_a_stack(without: Planner, command: str) -> None:
    done = without.shadowtest(command, "--format", "markdown")

    assert (done.code, done.out) == (0, f"<!-- shadowtest {command} -->\n\n{NO_TESTS}")


def test_a_plan_has_a_line_for_each_stack_and_json_and_text_have_none(without: Planner) -> None:
    done = without(template(), "--format", "markdown", "--out", "text=plan.txt", "--out", "json=plan.json")

    assert (done.code, done.out) == (0, f"<!-- shadowtest plan Demo -->\n\n{NO_TESTS}")
    assert (without.shadowtest.folder / "plan.txt").read_text() == NO_TESTS
    assert '"stacks": [],' in (without.shadowtest.folder / "plan.json").read_text()
    assert without(template(), "--offline", "--format", "markdown").out == done.out


def test_a_stack_that_can_not_be_read_keeps_its_line(planner: Planner) -> None:
    planner.aws.cloudformation.stacks["Other"] = OTHER
    planner.aws.cloudformation.denied.add("GetTemplate of Other")

    done = planner.shadowtest("drift", "Other", "Demo", "--format", "markdown")

    assert done.code == 1
    assert done.out.startswith(
        "<!-- shadowtest drift Other -->\n\n<!-- shadowtest drift Demo -->\n### Shadow tests of "
    )


def test_a_stack_that_is_deleted_while_it_is_followed_keeps_its_line(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planner.deployed.status = "DELETE_IN_PROGRESS"

    def delete(_: float) -> None:
        # A test that outlives its stack would be followed on.
        planner.stack.delete(BEFORE, planner.name)
        planner.aws.cloudformation.stacks.clear()

    monkeypatch.setattr("time.sleep", delete)

    assert planner.shadowtest("status", "Demo", "--watch", "--out", f"markdown={tmp_path / 'status.md'}").code == 0
    assert (tmp_path / "status.md").read_text() == f"<!-- shadowtest status Demo -->\n\n{NO_TESTS}"
