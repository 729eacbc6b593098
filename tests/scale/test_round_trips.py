"""A further experiment asks CDK's Node process little: round trips are most of what it costs at synth."""

from collections.abc import Callable

import pytest
from aws_cdk import App, Stack, Token, aws_iam

from tests.support.experiments import experiment_in
from tests.support.kernel import round_trips

TO_DECLARE = 12
AT_SYNTH = 2

ROLES: dict[str, Callable[[Stack], aws_iam.IRole | None]] = {
    "made": lambda _: None,
    "given": lambda stack: aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")),
    "imported": lambda stack: aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/sagemaker"),
}


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_a_further_experiment_takes_few_round_trips(role: Callable[[Stack], aws_iam.IRole | None]) -> None:
    stack = Stack(App(), "Stack")
    its_role = role(stack)
    experiment_in(stack, "First", role=its_role)

    with round_trips() as requests:
        experiment_in(stack, "Second", role=its_role)

    assert len(requests) <= TO_DECLARE, "\n".join(requests)


def test_a_further_experiment_takes_few_round_trips_at_synth() -> None:
    def at_synth(number: int) -> list[str]:
        app = App()
        stack = Stack(app, "Stack")
        for index in range(number):
            # Each on an endpoint of its own: a shared one is warned of.
            experiment_in(stack, f"Test{index}", endpoint=f"shop-{index}")
        with round_trips() as requests:
            app.synth()
        return requests

    one, two = at_synth(1), at_synth(2)

    assert len(two) - len(one) <= AT_SYNTH, "\n".join(two)


def test_round_trips_are_counted() -> None:
    with round_trips() as requests:
        Token.is_unresolved("plain")

    assert requests == ["sinvoke aws-cdk-lib.Token isUnresolved"]
