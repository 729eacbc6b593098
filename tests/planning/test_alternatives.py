"""Values that are known only at deployment: the verdict is told where they do not matter."""

from copy import deepcopy
from typing import Any

import pytest

from shadowtest.planning.alternatives import verdicts_of
from shadowtest.planning.change import Change
from shadowtest.planning.endpoint_changes import Effect, EndpointChange
from shadowtest.planning.surroundings import Surroundings
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.values.unknown import KnownAtDeployment
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    PRODUCTION,
    SHADOW,
    Declaration,
    as_served,
    declared,
    shadow_mode,
    variant,
)
from tests.support.stack import Stack

UNKNOWN: Any = KnownAtDeployment('{"Fn::GetAtt": ["Role", "Arn"]}', "the deployment creates Role")


def told(stack: Stack, new: Declaration, old: Declaration | None = None) -> tuple[Verdict, ...]:
    physical_id = stack.create(old).physical_id if old is not None else None
    change = Change(stack.stack_id, stack.logical_id, old, new, physical_id)
    return verdicts_of(change, stack.ports.sagemaker(), stack.clock.now())


def test_a_new_test_under_a_role_that_is_not_there_yet_is_created() -> None:
    (verdict,) = told(Stack(), declared(RoleArn=UNKNOWN))

    assert verdict.kind is Kind.CREATE


def test_a_new_test_on_an_endpoint_whose_name_is_not_known_can_not_be_told() -> None:
    (verdict,) = told(Stack(), declared(EndpointName=UNKNOWN))

    assert verdict.kind is Kind.UNKNOWN


def test_a_new_test_whose_production_model_is_not_known_can_not_be_told() -> None:
    """It may be the one that the endpoint serves, and it may be another one."""
    (verdict,) = told(Stack(), declared(ModelVariants=[variant(PRODUCTION, UNKNOWN), variant(SHADOW, CHALLENGER)]))

    assert verdict.kind is Kind.UNKNOWN
    assert verdict.reason == "the declared model of the production variant is known only at deployment"


def test_a_new_test_whose_shadow_model_is_not_known_is_created() -> None:
    (verdict,) = told(Stack(), declared(ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, UNKNOWN)]))

    assert verdict.kind is Kind.CREATE


def test_a_role_that_may_change_matters_and_what_else_changes_is_told() -> None:
    (verdict,) = told(Stack(), declared(RoleArn=UNKNOWN, sampling=50), declared())

    assert verdict.kind is Kind.UNKNOWN
    assert verdict.reason == "RoleArn is known only at deployment (the deployment creates Role)"
    as_deployed, another = verdict.alternatives
    assert [each.kind for each in as_deployed.verdicts] == [Kind.UPDATE]
    assert [each.path for each in as_deployed.verdicts[0].differences] == ["SamplingPercentage"]
    assert [each.kind for each in another.verdicts] == [Kind.REFUSED]


def test_a_shadow_model_that_may_change_does_not_matter_beside_a_new_run() -> None:
    old = as_served()
    new = deepcopy(old) | {"Run": "2", "ModelVariants": [{"ModelName": UNKNOWN}]}

    verdicts = told(Stack(), new, old)

    assert [each.kind for each in verdicts] == [Kind.END, Kind.REPLACE, Kind.REMOVE]


def test_a_token_that_is_not_known_yet_is_no_news() -> None:
    old = declared()

    (verdict,) = told(Stack(), old | {"ServiceToken": UNKNOWN, "ShadowModeConfig": shadow_mode(50)}, old)

    assert verdict.kind is Kind.UPDATE


def test_a_number_is_never_guessed() -> None:
    (verdict,) = told(Stack(), declared(sampling=UNKNOWN), declared())

    assert verdict.kind is Kind.UNKNOWN
    assert "ShadowModeConfig.ShadowModelVariants[0].SamplingPercentage" in verdict.reason


@pytest.mark.parametrize(("around", "kinds"), [("own", [Kind.END, Kind.REMOVE]), ("others", [Kind.UNKNOWN])])
def test_only_an_endpoint_of_the_same_stack_is_known_to_be_deleted_after_its_test(
    around: str, kinds: list[Kind]
) -> None:
    stack, old = Stack(), declared()
    name = stack.create(old).physical_id
    change = Change(stack.stack_id, stack.logical_id, old, None, name, depends_on=frozenset({"Endpoint"}))
    deletes = EndpointChange("Endpoint", "Shop", Effect.DELETES, "it is deleted")

    found = verdicts_of(change, stack.ports.sagemaker(), stack.clock.now(), Surroundings(**{around: [deletes]}))

    assert [each.kind for each in found] == kinds
