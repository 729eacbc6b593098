"""``AWS::SageMaker::Model``, ``EndpointConfig`` and ``Endpoint`` in stacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from local.server import LocalAws
from tests.support.puppet_stack import PuppetStack

ROLE = "arn:aws:iam::123456789012:role/shadow-test"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:"


def typed(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::SageMaker::{kind}", "Properties": properties}


def template(
    count: str = "2", image: str = "image", tags: Iterable[dict[str, str]] = (), **names: str
) -> dict[str, Any]:
    """What a CDK app declares; numbers may be strings in a template."""
    served = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialInstanceCount": count,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": "1",
    }
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    return {
        "Model": typed("Model", PrimaryContainer={"Image": image}, ExecutionRoleArn=ROLE, Tags=list(tags), **names),
        "Config": typed("EndpointConfig", ProductionVariants=[served]),
        "Endpoint": typed("Endpoint", EndpointConfigName=config),
    }


@pytest.fixture
def sagemaker(aws: LocalAws) -> Any:
    return aws.session().client("sagemaker")


OUTPUTS = {
    "Model": {"Ref": "Model"},
    "Config": {"Ref": "Config"},
    "Endpoint": {"Ref": "Endpoint"},
    "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
    "ConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
    "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
}


def test_ref_is_the_arn_and_the_endpoint_is_in_service(stack: PuppetStack, sagemaker: Any) -> None:
    assert stack.create(outputs=OUTPUTS, **template()) == "CREATE_COMPLETE"
    told = stack.outputs()
    assert told["Model"] == f"{ARN}model/{told['ModelName'].lower()}"
    assert told["Config"] == f"{ARN}endpoint-config/{told['ConfigName'].lower()}"
    assert told["Endpoint"] == f"{ARN}endpoint/{told['EndpointName'].lower()}"
    endpoint = sagemaker.describe_endpoint(EndpointName=told["EndpointName"])
    assert (endpoint["EndpointStatus"], endpoint["EndpointConfigName"]) == ("InService", told["ConfigName"])
    assert endpoint["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=told["Endpoint"])["Tags"]}
    assert tags["aws:cloudformation:logical-id"] == "Endpoint"

    assert stack.delete() == "DELETE_COMPLETE"
    for call, name in (("endpoint", "EndpointName"), ("endpoint_config", "EndpointConfigName"), ("model", "ModelName")):
        key = {"endpoint": "EndpointName", "endpoint_config": "ConfigName", "model": "ModelName"}[call]
        with pytest.raises(sagemaker.exceptions.ClientError, match="Could not find"):
            getattr(sagemaker, f"describe_{call}")(**{name: told[key]})


def test_a_changed_configuration_is_replaced_and_the_endpoint_updated_in_place(
    stack: PuppetStack, sagemaker: Any
) -> None:
    stack.create(outputs=OUTPUTS, **template())
    before = stack.outputs()
    assert stack.update(outputs=OUTPUTS, **template(count="3")) == "UPDATE_COMPLETE"
    after = stack.outputs()
    assert after["Model"] == before["Model"]
    assert after["Config"] != before["Config"]
    assert after["Endpoint"] == before["Endpoint"]
    endpoint = sagemaker.describe_endpoint(EndpointName=after["EndpointName"])
    assert endpoint["ProductionVariants"][0]["CurrentInstanceCount"] == 3
    with pytest.raises(sagemaker.exceptions.ClientError, match="Could not find"):
        sagemaker.describe_endpoint_config(EndpointConfigName=before["ConfigName"])


def test_tags_change_in_place(stack: PuppetStack, sagemaker: Any) -> None:
    stack.create(outputs=OUTPUTS, **template(tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]))
    before = stack.outputs()
    assert stack.update(outputs=OUTPUTS, **template(tags=[{"Key": "b", "Value": "2"}])) == "UPDATE_COMPLETE"
    assert stack.outputs() == before
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=before["Model"])["Tags"]}
    assert {key: value for key, value in tags.items() if not key.startswith("aws:")} == {"b": "2"}


def test_a_resource_with_a_name_of_its_own_is_not_replaced(stack: PuppetStack) -> None:
    name = f"{stack.name}-model"
    assert stack.create(outputs=OUTPUTS, **template(ModelName=name)) == "CREATE_COMPLETE"
    assert stack.outputs()["ModelName"] == name
    assert stack.update(**template(image="other", ModelName=name)) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("custom-named resource requires replacing" in reason for reason in stack.reasons())


def test_what_the_api_refuses_fails_the_stack(stack: PuppetStack) -> None:
    assert stack.create(Model=typed("Model", PrimaryContainer={"Image": "no image"})) == "ROLLBACK_COMPLETE"
    assert any("'primaryContainer.image' failed to satisfy" in reason for reason in stack.reasons())


def test_an_unknown_property_fails_the_stack(stack: PuppetStack) -> None:
    assert stack.create(Model=typed("Model", Nonsense=1)) == "ROLLBACK_COMPLETE"
    assert "Encountered unsupported property Nonsense" in stack.reasons()


def test_deleting_what_someone_else_has_deleted_succeeds(stack: PuppetStack, sagemaker: Any) -> None:
    stack.create(outputs={"Name": OUTPUTS["ModelName"]}, Model=template()["Model"])
    sagemaker.delete_model(ModelName=stack.outputs()["Name"])
    assert stack.delete() == "DELETE_COMPLETE"
