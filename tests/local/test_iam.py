"""With ``AUTH=true``, SageMaker applies IAM policies."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.seed import TRUST
from local.server import LocalAws
from tests.support.functions import make_function
from tests.support.world import World

REGION = "arn:aws:sagemaker:us-east-1:123456789012:"
PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}

Caller = Callable[..., Any]


@pytest.fixture
def caller(aws: LocalAws) -> Caller:
    """A SageMaker client of a fresh user who may do what these statements say."""

    def make(*statements: dict[str, Any]) -> Any:
        iam, name = aws.session().client("iam"), f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | each for each in statements]}
        iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return aws.session(access_key=key["AccessKeyId"], secret=key["SecretAccessKey"]).client("sagemaker")

    return make


@pytest.fixture
def declaration(aws: LocalAws, world: World) -> dict[str, Any]:
    """An experiment that root could create, on an endpoint of its own."""
    root, name = aws.session().client("sagemaker"), f"e{uuid.uuid4().hex[:8]}"
    for model in ("champion", "challenger"):
        root.create_model(ModelName=f"{model}-{name}", PrimaryContainer={"Image": "image"})
    served = {"VariantName": "AllTraffic", "ModelName": f"champion-{name}", "InitialInstanceCount": 1}
    root.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[served | {"InstanceType": "ml.m5.large"}])
    root.create_endpoint(EndpointName=name, EndpointConfigName=name)
    aws.control.advance(600)
    declaration = world.declaration(Name=name, EndpointName=name)
    for variant, model in zip(declaration["ModelVariants"], ("champion", "challenger"), strict=True):
        variant["ModelName"] = f"{model}-{name}"
    return declaration


def experiment(name: str) -> str:
    return f"{REGION}inference-experiment/{name}"


def may_create(declaration: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {"Action": "sagemaker:CreateInferenceExperiment", "Resource": experiment(declaration["Name"])},
        {"Action": "iam:PassRole", "Resource": declaration["RoleArn"], "Condition": PASSED},
    )


def test_a_caller_without_the_action_is_told_so_in_sagemakers_words(caller: Caller) -> None:
    client = caller({"Action": "sagemaker:StopInferenceExperiment", "Resource": "*"})
    with pytest.raises(ClientError) as denied:
        client.describe_inference_experiment(Name="Trial")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert denied.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    message = denied.value.response["Error"]["Message"]
    assert message.startswith("User: arn:aws:iam::123456789012:user/user-")
    assert message.endswith(
        "is not authorized to perform: sagemaker:DescribeInferenceExperiment on resource: "
        f"{experiment('trial')} because no identity-based policy allows the "
        "sagemaker:DescribeInferenceExperiment action"
    )


@pytest.mark.parametrize(
    ("operation", "arguments", "arn"),
    [
        ("describe_inference_experiment", {"Name": "A"}, "inference-experiment/a"),
        ("delete_inference_experiment", {"Name": "A"}, "inference-experiment/a"),
        ("list_inference_experiments", {}, "*"),
        ("describe_endpoint", {"EndpointName": "A"}, "endpoint/a"),
        ("describe_endpoint_config", {"EndpointConfigName": "A"}, "endpoint-config/a"),
        ("describe_model", {"ModelName": "A"}, "model/a"),
        ("list_tags", {"ResourceArn": experiment("a")}, "inference-experiment/a"),
        ("add_tags", {"ResourceArn": experiment("a"), "Tags": []}, "inference-experiment/a"),
        ("delete_tags", {"ResourceArn": experiment("a"), "TagKeys": ["k"]}, "inference-experiment/a"),
    ],
)
def test_each_action_is_checked_on_its_resource(
    caller: Caller, operation: str, arguments: dict[str, Any], arn: str
) -> None:
    action = "sagemaker:" + operation.title().replace("_", "")
    resource = arn if arn == "*" else REGION + arn
    elsewhere = caller({"Action": action, "Resource": REGION + "endpoint/other"})
    with pytest.raises(ClientError, match=r"AccessDeniedException.*resource: " + resource.replace("*", r"\*")):
        getattr(elsewhere, operation)(**arguments)
    allowed = getattr(caller({"Action": action, "Resource": resource}), operation)
    if resource == "*":
        allowed(**arguments)
    else:
        with pytest.raises(ClientError, match=r"ResourceNotFound|Could not find"):
            allowed(**arguments)


def test_creating_needs_the_role_to_be_passed_to_sagemaker(caller: Caller, declaration: dict[str, Any]) -> None:
    create, pass_role = may_create(declaration)
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    for statements in (
        [create],
        [create, pass_role | {"Condition": to_lambda}],
        [create, pass_role | {"Resource": "x"}],
    ):
        with pytest.raises(ClientError, match=f"iam:PassRole on resource: {declaration['RoleArn']}"):
            caller(*statements).create_inference_experiment(**declaration)
    caller(create, pass_role).create_inference_experiment(**declaration)


@pytest.mark.parametrize("operation", ["CreateInferenceExperiment", "CreateModel"])
def test_a_role_that_is_not_there_or_does_not_trust_sagemaker_is_refused(
    aws: LocalAws, declaration: dict[str, Any], operation: str
) -> None:
    root, name = aws.session().client("sagemaker"), f"role-{uuid.uuid4().hex[:8]}"
    role = f"arn:aws:iam::{aws.account}:role/{name}"

    def create() -> None:
        if operation == "CreateModel":
            root.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"Image": "image"})
        else:
            root.create_inference_experiment(**declaration | {"RoleArn": role})

    with pytest.raises(ClientError, match=f"Could not assume role {role}. Please ensure that the role exists"):
        create()
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}],
    }
    iam = aws.session().client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    with pytest.raises(ClientError, match="allows principal 'sagemaker"):
        create()
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(TRUST))
    create()


def test_creating_with_tags_needs_the_right_to_tag(caller: Caller, declaration: dict[str, Any]) -> None:
    declaration["Tags"] = [{"Key": "owner", "Value": "me"}]
    tagging = {"Action": "sagemaker:AddTags", "Resource": experiment(declaration["Name"])}
    other = {"Condition": {"StringEquals": {"aws:RequestTag/owner": "you"}}}
    mine = {"Condition": {"StringEquals": {"aws:RequestTag/owner": "me"}}}
    for statements in ([], [tagging | other]):
        with pytest.raises(ClientError, match="sagemaker:AddTags on resource: " + tagging["Resource"]):
            caller(*may_create(declaration), *statements).create_inference_experiment(**declaration)
    caller(*may_create(declaration), tagging | mine).create_inference_experiment(**declaration)


def test_conditions_on_the_tags_of_an_experiment(aws: LocalAws, caller: Caller, declaration: dict[str, Any]) -> None:
    aws.session().client("sagemaker").create_inference_experiment(**declaration, Tags=[{"Key": "owner", "Value": "me"}])
    for owner, allowed in (("me", True), ("you", False)):
        condition = {"Condition": {"StringEquals": {"aws:ResourceTag/owner": owner}}}
        client = caller({"Action": "sagemaker:*", "Resource": "*"} | condition)
        if allowed:
            client.describe_inference_experiment(Name=declaration["Name"])
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.describe_inference_experiment(Name=declaration["Name"])


def test_conditions_on_the_tags_of_a_request(aws: LocalAws, caller: Caller, declaration: dict[str, Any]) -> None:
    root = aws.session().client("sagemaker")
    arn = root.create_inference_experiment(**declaration)["InferenceExperimentArn"]
    condition = {"Condition": {"StringEquals": {"aws:RequestTag/owner": "me"}}}
    client = caller({"Action": "sagemaker:AddTags", "Resource": arn} | condition)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "you"}])
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "me"}])


def test_an_endpoint_needs_the_right_to_its_configuration(
    aws: LocalAws, caller: Caller, declaration: dict[str, Any]
) -> None:
    name = declaration["EndpointName"]
    endpoint = {"Action": "sagemaker:UpdateEndpoint", "Resource": f"{REGION}endpoint/{name}"}
    config = {"Action": "sagemaker:UpdateEndpoint", "Resource": f"{REGION}endpoint-config/{name}"}
    with pytest.raises(ClientError, match=f"resource: {config['Resource']}"):
        caller(endpoint).update_endpoint(EndpointName=name, EndpointConfigName=name)
    caller(endpoint, config).update_endpoint(EndpointName=name, EndpointConfigName=name)


def test_scaling_needs_the_right_to_the_endpoint(aws: LocalAws, caller: Caller, declaration: dict[str, Any]) -> None:
    name, action = declaration["EndpointName"], "sagemaker:UpdateEndpointWeightsAndCapacities"
    wanted = [{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}]
    for allowed, resource in ((False, "other"), (True, name)):
        client = caller({"Action": action, "Resource": f"{REGION}endpoint/{resource}"})
        with nullcontext() if allowed else pytest.raises(ClientError, match="AccessDenied"):
            client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)


def test_a_wrong_signature_is_no_caller(aws: LocalAws, caller: Caller) -> None:
    key = caller({"Action": "*", "Resource": "*"})._request_signer._credentials.access_key
    impostor = aws.session(access_key=key, secret="guessed").client("sagemaker")
    with pytest.raises(ClientError, match="InvalidSignatureException"):
        impostor.list_inference_experiments()


def test_the_record_names_the_caller(aws: LocalAws, caller: Caller) -> None:
    caller({"Action": "sagemaker:ListInferenceExperiments", "Resource": "*"}).list_inference_experiments()
    assert ":user/user-" in aws.control.calls("ListInferenceExperiments")[-1]["principal"]


def test_a_functions_role_is_enforced_too(aws: LocalAws, declaration: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text(
        "import boto3\ndef handler(event, _):\n"
        "    return boto3.client('sagemaker').describe_endpoint(EndpointName=event['Name'])['EndpointStatus']\n"
    )
    name = declaration["EndpointName"]
    allowed = {"Effect": "Allow", "Action": "sagemaker:DescribeEndpoint", "Resource": f"{REGION}endpoint/{name}"}
    function = make_function(aws, f"reader-{name}", tmp_path, [allowed])

    def invoke(endpoint: str) -> Any:
        client = aws.session().client("lambda")
        answer = client.invoke(FunctionName=function, Payload=json.dumps({"Name": endpoint}))
        return json.load(answer["Payload"])

    assert invoke(name) == "InService"
    assert f"not authorized to perform: sagemaker:DescribeEndpoint on resource: {REGION}endpoint/other" in str(
        invoke("other")
    )
