"""Tests whose Stop SageMaker shows minutes after it has updated the endpoint: how they end, and an interruption."""

from datetime import timedelta
from typing import Any

import pytest

from simulation.cloudformation import Answer
from simulation.declarations import (
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    REMOVE,
    RETAIN,
    SHADOW,
    declared,
    variant,
)
from tests.support.interruption import stop_once
from tests.support.stack import Stack

LARGER = "ml.m5.2xlarge"
ENDINGS: dict[str, tuple[dict[str, Any], object]] = {
    "promote": ({"ModelVariantActions": PROMOTE}, ({SHADOW: INSTANCE_TYPE}, {})),
    "promote on larger instances": (
        {"ModelVariantActions": PROMOTE, "DesiredModelVariants": [variant(SHADOW, "challenger", LARGER)]},
        ({SHADOW: LARGER}, {}),
    ),
    "retain": ({"ModelVariantActions": RETAIN}, ({PRODUCTION: INSTANCE_TYPE}, {SHADOW: INSTANCE_TYPE})),
    "retain on larger instances": (
        {"ModelVariantActions": RETAIN, "DesiredModelVariants": [variant(SHADOW, "challenger", LARGER)]},
        ({PRODUCTION: INSTANCE_TYPE}, {SHADOW: LARGER}),
    ),
    "remove": ({"ModelVariantActions": REMOVE}, ({PRODUCTION: INSTANCE_TYPE}, {})),
    "remove, and production on larger instances": (
        {"ModelVariantActions": REMOVE, "DesiredModelVariants": [variant(PRODUCTION, "champion", LARGER)]},
        ({PRODUCTION: LARGER}, {}),
    ),
}
"""How a test ends, and the instance types of the production variants and the shadow variants of its endpoint then."""
each_ending = pytest.mark.parametrize(("ending", "left"), ENDINGS.values(), ids=ENDINGS.keys())


SHOWN_LATE: dict[str, Any] = {"stop_shows_after": timedelta(minutes=10), "endpoint_first_by": timedelta(minutes=6)}


def concluded(ending: dict[str, Any]) -> dict[str, Any]:
    return declared(DesiredState="Completed", **ending)


def removed(ending: dict[str, Any]) -> dict[str, Any]:
    return declared(OnDelete={"DesiredState": "Completed", **ending})


def request_of(stack: Stack, event: str, name: str, ending: dict[str, Any]) -> dict[str, Any]:
    if event == "Update":
        return stack.event(event, concluded(ending), physical_id=name, old=declared())
    return stack.event(event, removed(ending), physical_id=name)


def answered(stack: Stack, request: dict[str, Any]) -> Answer:
    stack.deliver(request)
    stack.run()
    return stack.answers[-1]


def on_endpoint(stack: Stack) -> tuple[dict[str, str], dict[str, str]]:
    name = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    config = stack.call("DescribeEndpointConfig", EndpointConfigName=name)
    production, shadows = (
        {each["VariantName"]: each["InstanceType"] for each in config.get(kind, [])}
        for kind in ("ProductionVariants", "ShadowProductionVariants")
    )
    return production, shadows


def interrupt_when_endpoint_is_done(stack: Stack, request: dict[str, Any], left: object) -> None:
    """Loses all that the request knew after its Stop, when the endpoint is as the Stop leaves it."""
    mark = stack.mark()
    stop_once(
        stack, request, lambda: "StopInferenceExperiment" in stack.calls(since=mark) and on_endpoint(stack) == left
    )
