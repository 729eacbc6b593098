"""Values of a small template of the stack ``Shop``."""

from typing import Any

from shadowtest.values.resolver import Resolver
from shadowtest.values.stack import DeployedStack, Place

STACK = "arn:aws:cloudformation:eu-central-1:123456789012:stack/Shop/0f1e2d3c"
PLACE = Place.of(STACK)


def resolved(value: Any, *, template: Any = None, deployed: DeployedStack | None = None, **more: Any) -> Any:
    resolver = Resolver(template or {}, PLACE, deployed=deployed, **more)
    return resolver.resolve(value)


def resources(**declared: Any) -> dict[str, Any]:
    return {"Resources": declared}


def role(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": properties}
