"""Endpoints on which a test can't be put: what the answer says of them."""

from typing import Any

from simulation.declarations import PRODUCTION, declared, shadow_mode, variant
from tests.support.stack import Stack


def other_shadow() -> dict[str, Any]:
    variants = [variant(PRODUCTION, "champion"), variant("Shadow-02", "contender")]
    return declared(ModelVariants=variants, ShadowModeConfig=shadow_mode(shadow="Shadow-02"))


def test_the_shadow_of_another_test_is_left_to_that_test(stack: Stack) -> None:
    stack.create(declared())
    second = Stack(beside=stack, logical_id="Second")

    answer = second.create(other_shadow())

    assert not answer.succeeded
    assert "has shadow variant Shadow-01 already, and can have only one: it is another test's, or" in answer.reason
    assert "`aws sagemaker list-inference-experiments` lists the tests" in answer.reason
    assert "If it is a test's, that test has to end first." in answer.reason
