"""The recipe for another role."""

from simulation.declarations import PRODUCTION, declared
from tests.support.recipes import OTHER_ROLE
from tests.support.stack import Stack


def test_another_role_is_refused_and_comes_with_another_run(stack: Stack, name: str) -> None:
    refused = stack.update(declared(), declared(RoleArn=OTHER_ROLE), name)

    assert not refused.succeeded
    assert "RoleArn" in refused.reason
    assert "Start a new run (change Run from" in refused.reason
    assert stack.describe(name)["Status"] == "Running"

    answer = stack.update(declared(), declared(RoleArn=OTHER_ROLE, Run="2"), name)

    assert answer.succeeded, answer.reason
    assert stack.describe(answer.physical_id)["RoleArn"] == OTHER_ROLE
    assert stack.served() == [PRODUCTION]
