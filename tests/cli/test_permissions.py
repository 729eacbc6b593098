"""The actions that the commands need: a command runs with them, and fails if one is missing.

``tests/end_to_end`` holds the same of ``report``, with real policies.
"""

import json

import pytest

from shadowtest.aws.policies import ACTIONS
from simulation.cloudwatch import metric_of
from simulation.declarations import ENDPOINT, as_served
from tests.support.command_line import Done
from tests.support.planner import BEFORE, PROMOTION, Planner, template

OTHER = "other"
GATE = {"Criteria": [{"Type": "Traffic", "MinInvocations": "1"}, {"Type": "Alarms", "AlarmNames": ["slow"]}]}
WITH_A_GATE = ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms")
"""What ``plan`` needs of a promotion with a gate."""
RUNS: dict[str, list[tuple[str, ...]]] = {
    "plan": [("demo.json", "--stack", "Demo"), ("new.json", "--stack", "New")],
    "status": [(), ("Demo",)],
    "drift": [(), ("Demo",)],
    "gate": [(), ("Demo",)],
}
NEEDED = [(command, action) for command in RUNS for action in ACTIONS[command]]


@pytest.fixture(autouse=True)
def templates(planner: Planner) -> None:
    """An update of the test that is deployed, and a new test."""
    planner.stack.serve(OTHER)
    planner.aws.cloudwatch = planner.stack.cloudwatch
    planner.stack.cloudwatch.alarms["slow"] = "OK"
    invocations = {"EndpointName": ENDPOINT, "VariantName": "Shadow"}
    planner.stack.cloudwatch.put(metric_of("AWS/SageMaker", "Invocations", invocations), planner.stack.clock.now(), 9)
    planner.stack.clock.advance(3600)
    planner.shadowtest.write("demo.json", json.dumps(template(ShadowTest=as_served(sampling=50))))
    planner.shadowtest.write("promotion.json", json.dumps(template(ShadowTest=PROMOTION | {"PromoteIf": GATE})))
    planner.deployed.template = template(ShadowTest=BEFORE | {"PromoteIf": GATE})
    planner.shadowtest.write("new.json", json.dumps(template(ShadowTest=BEFORE | {"EndpointName": OTHER})))


def run(planner: Planner, command: str) -> list[Done]:
    return [planner.shadowtest(command, *arguments) for arguments in RUNS[command]]


@pytest.mark.parametrize("command", RUNS)
def test_the_actions_are_enough(planner: Planner, command: str) -> None:
    planner.aws.allowed = ACTIONS[command]

    for done in run(planner, command):
        assert (done.code, done.err) == (0, "")
        assert "experiment" in done.out.lower()
        assert "can't be read" not in done.out


@pytest.mark.parametrize(("command", "action"), NEEDED)
def test_each_action_is_needed(planner: Planner, command: str, action: str) -> None:
    planner.aws.allowed = set(ACTIONS[command]) - {action}

    denied = [done for done in run(planner, command) if done.code == 1]

    assert denied
    for done in denied:
        assert f"IAM does not allow {action}, which this command needs" in done.err


def test_a_plan_of_a_promotion_with_a_gate_needs_to_read_what_it_is_judged_by(planner: Planner) -> None:
    promotion = ("plan", "promotion.json", "--stack", "Demo")
    planner.aws.allowed = {*ACTIONS["plan"], *WITH_A_GATE}

    done = planner.shadowtest(*promotion)

    assert (done.code, done.err) == (0, "")
    assert "Promote" in done.out


@pytest.mark.parametrize("action", WITH_A_GATE)
def test_a_plan_without_one_of_these_is_unknown(planner: Planner, action: str) -> None:
    planner.aws.allowed = {*ACTIONS["plan"], *WITH_A_GATE} - {action}

    done = planner.shadowtest("plan", "promotion.json", "--stack", "Demo")

    assert "Unknown" in done.out
    assert action.partition(":")[2] in done.out
