"""``shadowtest plan --change-set`` if the change set changes the endpoint of a deployed test."""

from datetime import timedelta

import pytest

from simulation.declarations import Declaration
from tests.cli.test_change_set import TOPIC, ChangeSets, change
from tests.support.endpoint_changes import (
    ARN,
    ON_OWN,
    OTHER_MODEL,
    UNKNOWN_PARAMETER,
    Resources,
    config,
    deploy,
    of_stack,
)
from tests.support.planner import BEFORE, Planner

CONFIG_CHANGES = change(None, None, "Config", Action="Modify", ResourceType="AWS::SageMaker::EndpointConfig")
"""The change of an endpoint configuration in a change set, without its values."""


@pytest.mark.parametrize(
    ("test", "resources", "expected"),
    [
        (ON_OWN, {}, "nothing"),
        (ON_OWN, {"Config": OTHER_MODEL}, "unknown"),
        (BEFORE, {"Config": OTHER_MODEL}, "unknown"),
        (BEFORE | {"EndpointName": UNKNOWN_PARAMETER}, {"Config": OTHER_MODEL}, "unknown"),
    ],
)
def test_a_change_set_that_changes_only_the_endpoint(
    planner: Planner, test: Declaration, resources: Resources, expected: str
) -> None:
    deploy(planner, test)
    change_set = ChangeSets(planner)

    changes = [TOPIC, CONFIG_CHANGES] if resources else [TOPIC]
    assert change_set.kinds(change_set(of_stack(test, **resources), changes)) == {"ShadowTest": [expected]}


def test_a_change_set_that_changes_another_endpoint(planner: Planner) -> None:
    deploy(planner, BEFORE)
    planner.deployed.physical_ids["Endpoint"] = f"{ARN}endpoint/elsewhere"
    change_set = ChangeSets(planner)

    changes = [TOPIC, CONFIG_CHANGES]
    assert change_set.kinds(change_set(of_stack(BEFORE, Config=OTHER_MODEL), changes)) == {"ShadowTest": ["nothing"]}


def test_a_change_set_that_changes_the_endpoint_of_a_test_that_has_ended(planner: Planner) -> None:
    deploy(planner)
    planner.stack.clock.advance(timedelta(days=30))
    change_set = ChangeSets(planner)

    changes = [TOPIC, CONFIG_CHANGES]
    assert change_set.kinds(change_set(of_stack(ON_OWN, Config=OTHER_MODEL), changes)) == {"ShadowTest": ["nothing"]}


def test_an_endpoint_that_a_change_set_does_not_change(planner: Planner) -> None:
    """CloudFormation knows all its values."""
    deploy(planner, Config=config(KmsKeyId="{{resolve:ssm:/key}}"))
    document, change_set = planner.deployed.template, ChangeSets(planner)
    empty = {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}

    assert change_set.kinds(change_set(document, [TOPIC])) == {"ShadowTest": ["nothing"]}
    assert change_set.kinds(change_set(document, [], **empty)) == {"ShadowTest": ["nothing"]}
    assert change_set.kinds(change_set(document, [CONFIG_CHANGES])) == {"ShadowTest": ["unknown"]}
