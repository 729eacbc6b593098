"""The actions that ``plan``, ``status`` and ``drift`` need: a command runs with them, and fails if one is missing.

``tests/end_to_end`` holds the same of ``report``, with real policies.
"""

import json

import pytest

from shadowtest.aws.policies import ACTIONS
from simulation.declarations import as_served
from tests.support.command_line import Done
from tests.support.planner import BEFORE, Planner, template

OTHER = "other"
RUNS: dict[str, list[tuple[str, ...]]] = {
    "plan": [("demo.json", "--stack", "Demo"), ("new.json", "--stack", "New")],
    "status": [(), ("Demo",)],
    "drift": [(), ("Demo",)],
}
NEEDED = [(command, action) for command in RUNS for action in ACTIONS[command]]


@pytest.fixture(autouse=True)
def templates(planner: Planner) -> None:
    """An update of the test that is deployed, and a new test."""
    planner.stack.serve(OTHER)
    planner.stack.clock.advance(3600)
    planner.shadowtest.write("demo.json", json.dumps(template(ShadowTest=as_served(sampling=50))))
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
