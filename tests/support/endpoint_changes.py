"""Deployments that change the endpoint of a test, and their plans."""

import json
from collections.abc import Mapping
from typing import Any

from simulation.declarations import Declaration
from simulation.endpoints import served
from tests.support.planner import BEFORE, Planner, template

ARN = "arn:aws:sagemaker:us-east-1:123456789012:"
NAME: dict[str, Any] = {"Fn::GetAtt": ["Endpoint", "EndpointName"]}
ON_OWN = BEFORE | {"EndpointName": NAME}
"""A test that CloudFormation changes after its endpoint, and deletes before it."""
SAMPLED = ON_OWN | {"ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 50}]}}

Resources = dict[str, dict[str, Any] | None]


def endpoint(**changes: Any) -> dict[str, Any]:
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": config, **changes}}


def config(*variants: Any, **changes: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {"ProductionVariants": list(variants or [served()]), **changes},
    }


def of_stack(test: Declaration | None, **resources: dict[str, Any] | None) -> dict[str, Any]:
    """A template with an endpoint and its configuration. ``None`` omits one."""
    document = template(**({"ShadowTest": test} if test is not None else {}))
    both = {"Endpoint": endpoint(), "Config": config(), **resources}
    document["Resources"] |= {key: each for key, each in both.items() if each is not None}
    return document


def deploy(planner: Planner, test: Declaration = ON_OWN, **resources: Any) -> None:
    deployed = planner.deployed
    deployed.template = of_stack(test, **resources)
    deployed.physical_ids |= {"Endpoint": f"{ARN}endpoint/shop", "Config": f"{ARN}endpoint-config/shop-before"}


def told(planner: Planner, new: Mapping[str, Any], stack: str = "Demo") -> list[tuple[str, str]]:
    """The kind and the reason of each verdict."""
    planner.shadowtest.write("template.json", json.dumps(new))
    done = planner.shadowtest("plan", "template.json", "--stack", stack, "--format", "json")
    return [(each["kind"], each["reason"]) for each in planner.verdicts(done)[f"{stack}.ShadowTest"]]


def kinds(planner: Planner, new: Mapping[str, Any], stack: str = "Demo") -> list[str]:
    return [kind for kind, _ in told(planner, new, stack)]


UNKNOWN_PARAMETER = {"Ref": "AWS::NotificationARNs"}
OTHER_MODEL = config(served(model="contender"))
TAGS = [{"Key": "team", "Value": "shop"}]


def write_assembly(planner: Planner, **stacks: Mapping[str, Any]) -> None:
    artifacts = {}
    for name, document in stacks.items():
        planner.shadowtest.write(f"cdk.out/{name}.template.json", json.dumps(document))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://123456789012/us-east-1",
            "properties": {"templateFile": f"{name}.template.json", "stackName": name},
        }
    planner.shadowtest.write("cdk.out/manifest.json", json.dumps({"version": "36.0.0", "artifacts": artifacts}))
