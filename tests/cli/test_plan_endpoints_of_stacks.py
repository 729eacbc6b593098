"""``shadowtest plan`` if another stack, or an old stack that is deleted first, has the endpoint of a test."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.account import Deployed
from tests.support.command_line import Done
from tests.support.endpoint_changes import (
    ARN,
    NAME,
    ON_OWN,
    OTHER_MODEL,
    SAMPLED,
    deploy,
    endpoint,
    kinds,
    of_stack,
    write_assembly,
)
from tests.support.planner import BEFORE, Planner, template


def test_the_endpoint_of_another_stack(planner: Planner) -> None:
    """Which of both stacks is deployed first is not known."""
    endpoints = of_stack(None)
    ids = {"Endpoint": f"{ARN}endpoint/shop", "Config": f"{ARN}endpoint-config/shop-before"}
    of_endpoints = planner.stack.stack_id.replace("/Demo/", "/Endpoints/")
    planner.aws.cloudformation.stacks["Endpoints"] = Deployed(of_endpoints, endpoints, ids)
    sampled = BEFORE | {"ShadowModeConfig": SAMPLED["ShadowModeConfig"]}

    def both(new: Mapping[str, Any]) -> Done:
        write_assembly(planner, Endpoints=new, Demo=template(ShadowTest=sampled))
        return planner.shadowtest("plan", "--format", "json")

    (stays,) = planner.verdicts(both(endpoints))["Demo.ShadowTest"]
    assert stays["kind"] == "update in place"
    (changes,) = planner.verdicts(both(of_stack(None, Config=OTHER_MODEL)))["Demo.ShadowTest"]
    assert (changes["kind"], changes["reason"]) == (
        "unknown",
        "this deployment changes endpoint shop, or may change it",
    )
    (deleted,) = planner.verdicts(both(of_stack(None, Endpoint=None)))["Demo.ShadowTest"]
    assert (deleted["kind"], deleted["reason"]) == ("unknown", "this deployment deletes endpoint shop")


@pytest.mark.parametrize("name", [NAME, "shop"])
def test_a_stack_that_is_deleted_and_created_again_with_its_endpoint(planner: Planner, name: Any) -> None:
    test = ON_OWN | {"EndpointName": name}
    own = endpoint(EndpointName="shop")
    deploy(planner, test, Endpoint=own)
    planner.deployed.status = "ROLLBACK_COMPLETE"
    document = of_stack(test, Endpoint=own)
    document["Resources"]["ShadowTest"]["DependsOn"] = "Endpoint"
    planner.deployed.template = document

    assert kinds(planner, document) == ["end", "remove", "create"]


def test_an_endpoint_that_is_deleted_with_an_old_stack(planner: Planner) -> None:
    deploy(planner)
    planner.deployed.status = "ROLLBACK_FAILED"

    assert kinds(planner, template(ShadowTest=BEFORE)) == ["end", "remove", "unknown"]
    # Its own new one has another name.
    assert kinds(planner, of_stack(ON_OWN)) == ["end", "remove", "create"]
