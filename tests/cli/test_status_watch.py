"""``shadowtest status --watch``: the tests are followed through a deployment."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shadowtest.state.live_state import LiveState, StackState, State
from shadowtest.state.watching import Watch
from simulation.declarations import declared
from tests.support.command_line import CommandLine
from tests.support.deployed_test import DeployedTest

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DEMO = "arn:aws:cloudformation:us-east-1:123456789012:stack/DEMO/1"


@pytest.fixture
def demo(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> DeployedTest:
    return DeployedTest(shadowtest, monkeypatch, declared(Schedule={"Duration": "P7D"}))


def resample(demo: DeployedTest) -> None:
    mode = demo.stack.describe(demo.name)["ShadowModeConfig"]
    mode["ShadowModelVariants"][0]["SamplingPercentage"] = 50
    demo.stack.call("UpdateInferenceExperiment", Name=demo.name, ShadowModeConfig=mode)


def test_watching_prints_each_change_once_and_ends_at_rest(
    demo: DeployedTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        demo.stack.clock.advance(60)

    monkeypatch.setattr("time.sleep", sleep)
    resample(demo)

    done = demo("status", "Demo", "--watch", "--interval", "7", "--out", f"json={tmp_path / 'last.json'}")

    assert (done.code, done.err) == (0, "")
    assert set(slept) == {7}
    assert "Updating, 50 percent to the shadow variant, endpoint shop Updating" in done.lines[1]
    assert "Running, 50 percent to the shadow variant, endpoint shop InService" in done.lines[-1]
    assert len(done.lines) < len(slept) + 2
    assert json.loads((tmp_path / "last.json").read_text())["transitions"] == []


def test_watching_a_stack_that_is_deleted_ends(demo: DeployedTest, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.deployed.status = "DELETE_IN_PROGRESS"
    monkeypatch.setattr("time.sleep", lambda _: demo.aws.cloudformation.stacks.clear())

    done = demo("status", "Demo", "--watch")

    assert (done.code, done.err) == (0, "")
    name = demo.stack.stack_id.split("/")[1]
    assert done.lines[-1].endswith(f"Stack {name} is deleted.")
    assert f"{demo.name}: Running, " in done.out
    assert "no longer exists" not in done.out


def stop(demo: DeployedTest) -> None:
    actions = {"AllTraffic": "Retain", "Shadow-01": "Remove"}
    demo.stack.call("StopInferenceExperiment", Name=demo.name, ModelVariantActions=actions)


@pytest.mark.parametrize("stacks", [(), ("Demo",)])
def test_watching_tells_how_a_test_ends(
    demo: DeployedTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stacks: tuple[str, ...]
) -> None:
    demo.deployed.status = "UPDATE_IN_PROGRESS"
    stop(demo)

    def sleep(_: float) -> None:
        if demo.stack.describe(demo.name)["Status"] == "Completed":
            # The test is removed from the stack, which is not at rest yet.
            demo.deployed.physical_ids.clear()
            demo.deployed.status = {"UPDATE_IN_PROGRESS": "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}.get(
                demo.deployed.status, "UPDATE_COMPLETE"
            )
        demo.stack.clock.advance(600)

    monkeypatch.setattr("time.sleep", sleep)

    done = demo("status", *stacks, "--watch", "--out", f"json={tmp_path / 'last.json'}")

    assert (done.code, done.err) == (0, "")
    assert any(f"{demo.name}: Completed" in line for line in done.lines)
    assert done.lines[-1].endswith(" is UPDATE_COMPLETE.")
    assert "no longer exists" not in done.out
    last = json.loads((tmp_path / "last.json").read_text())
    assert [each["status"] for each in last["tests"]] == ["Completed"]
    assert [each["status"] for each in last["stacks"]] == ["UPDATE_COMPLETE"]


def test_watching_tells_what_a_test_was_that_is_deleted(demo: DeployedTest, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.deployed.status = "UPDATE_IN_PROGRESS"
    stop(demo)

    def sleep(_: float) -> None:
        demo.stack.clock.advance(600)
        if demo.stack.describe(demo.name)["Status"] == "Completed":
            demo.stack.call("DeleteInferenceExperiment", Name=demo.name)
            demo.deployed.status = "UPDATE_COMPLETE"

    monkeypatch.setattr("time.sleep", sleep)

    done = demo("status", "--watch")

    assert (done.code, done.err) == (0, "")
    assert done.lines[-1].endswith(f"Experiment {demo.name} no longer exists. It was Stopping.")


def moving(*experiments: str, stack: str = "UPDATE_IN_PROGRESS") -> State:
    tests = (
        LiveState(
            stack="DEMO",
            logical_id="ShadowTest",
            experiment=name,
            status="Running",
            status_reason="",
            endpoint="shop",
            endpoint_status="InService",
            sampling=10,
            served=(),
            starts=None,
            ends=None,
            seen=NOW,
            bills=(),
            endpoint_in_transition=False,
        )
        for name in experiments
    )
    return State((StackState(DEMO, stack),), tuple(tests))


def test_what_comes_again_is_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    last = moving("TrialOne", stack="UPDATE_COMPLETE")
    states = iter([moving("TrialOne"), moving(), moving(), moving("TrialOne"), last])

    Watch(states.__next__, 0, lambda: NOW).follow()

    line = "TrialOne: Running, 10 percent to the shadow variant, endpoint shop InService"
    assert [each.split(" ", 1)[1] for each in capsys.readouterr().out.splitlines()] == [
        "Stack DEMO is UPDATE_IN_PROGRESS.",
        line,
        "Experiment TrialOne no longer exists. It was Running.",
        line,
        "Stack DEMO is UPDATE_COMPLETE.",
    ]


def test_an_interruption_has_the_exit_code_of_shells_and_keeps_what_was_seen_last(
    demo: DeployedTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    resample(demo)

    assert demo("status", "--watch", "--out", f"json={tmp_path / 'last.json'}").code == 130
    assert json.loads((tmp_path / "last.json").read_text())["tests"][0]["status"] == "Updating"


def test_what_was_seen_last_is_kept_when_aws_can_not_be_read_any_more(
    demo: DeployedTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: demo.aws.cloudformation.denied.add("DescribeStacks"))
    resample(demo)

    done = demo("status", "Demo", "--watch", "--out", f"json={tmp_path / 'last.json'}")

    assert done.code == 1
    assert done.err.startswith("error: IAM does not allow cloudformation:DescribeStacks")
    assert len(done.err.splitlines()) == 1
    assert json.loads((tmp_path / "last.json").read_text())["tests"][0]["status"] == "Updating"


@pytest.mark.parametrize("stacks", [(), ("Demo",)])
@pytest.mark.parametrize("denied", ["cloudformation", "sagemaker"])
def test_watching_goes_on_after_a_read_that_fails_twice(
    demo: DeployedTest, monkeypatch: pytest.MonkeyPatch, stacks: tuple[str, ...], denied: str
) -> None:
    others = {f"sagemaker:{each}" for each in ("DescribeEndpoint", "DescribeEndpointConfig")} | {
        "cloudformation": {"sagemaker:DescribeInferenceExperiment", "sagemaker:ListInferenceExperiments"},
        "sagemaker": {"cloudformation:DescribeStacks", "cloudformation:GetTemplateSummary"},
    }[denied]
    demo.deployed.status = "UPDATE_IN_PROGRESS"
    looks: list[str] = []

    def sleep(_: float) -> None:
        looks.append(denied)
        demo.aws.allowed = others if len(looks) in (1, 2, 4, 5) else None
        if len(looks) == 6:
            demo.deployed.status = "UPDATE_COMPLETE"

    monkeypatch.setattr("time.sleep", sleep)

    done = demo("status", *stacks, "--watch")

    assert (done.code, done.err) == (0, "")
    assert done.lines[-1].endswith(" is UPDATE_COMPLETE.")
    assert len(looks) == 6
