"""The provider that `shadowtest provider-template` writes, with its parameters, under IAM."""

import json
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from local.server import LocalAws
from shadowtest.commands import run

ACCOUNT = "123456789012"
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("sagemaker-execution", "other-execution")]
FOREIGN = f"arn:aws:iam::{ACCOUNT}:role/foreign-execution"
THEIRS = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:inference-experiment/theirs"
QUICK = {"WaiterConfig": {"Delay": 1, "MaxAttempts": 120}}


class Account:
    """With an endpoint, models and roles, and the provider in it."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.cloudformation = aws.session().client("cloudformation")

    def deploy(self, stack: str, template: str, **parameters: str) -> None:
        self.cloudformation.create_stack(
            StackName=stack,
            TemplateBody=template,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        self.cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, **QUICK)

    def delete(self, stack: str) -> None:
        self.cloudformation.delete_stack(StackName=stack)
        self.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, **QUICK)

    def resource(self, resource_type: str) -> str:
        resources = self.cloudformation.describe_stack_resources(StackName="provider")["StackResources"]
        (only,) = [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == resource_type]
        return str(only)


def experiment(role: str) -> str:
    """A template with a shadow test on the endpoint."""
    properties = {
        "ServiceToken": {"Fn::ImportValue": "ShadowTestProvider"},
        "RoleArn": role,
        "EndpointName": "shop",
        "ModelVariants": [{"ModelName": "challenger"}],
        "ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 10}]},
    }
    resource = {"Type": "Custom::SageMakerInferenceExperiment", "Properties": properties}
    return json.dumps({"Resources": {"ShadowTest": resource}})


def fill(aws: LocalAws) -> None:
    session = aws.session()
    iam, sagemaker = session.client("iam"), session.client("sagemaker")
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    for role in (*ROLES, FOREIGN):
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=role.rpartition("/")[2], AssumeRolePolicyDocument=document)
    for model in ("champion", "challenger"):
        sagemaker.create_model(ModelName=model, PrimaryContainer={"Image": "image"})
    served = {"VariantName": "AllTraffic", "ModelName": "champion", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(
        EndpointConfigName="shop", ProductionVariants=[served | {"InstanceType": "ml.m5.large"}]
    )
    sagemaker.create_endpoint(EndpointName="shop", EndpointConfigName="shop")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="shop", **QUICK)


def uploaded(aws: LocalAws, code: Path) -> str:
    """The version of the object with the code, which is not the newest one."""
    s3 = aws.session().client("s3")
    s3.create_bucket(Bucket="artifacts")
    s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="artifacts", Key="function.zip", Body=code.read_bytes())["VersionId"]
    s3.put_object(Bucket="artifacts", Key="function.zip", Body=b"no archive")
    return str(version)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("provider")
    assert run(["provider-template", "--out", str(folder)]) == 0
    with LocalAws(speed=600) as aws:
        fill(aws)
        account = Account(aws)
        account.deploy(
            "provider",
            (folder / "template.yaml").read_text(),
            CodeBucket="artifacts",
            CodeKey="function.zip",
            CodeVersion=uploaded(aws, folder / "function.zip"),
            ExperimentRoleArns=", ".join(ROLES),
            AdoptedExperimentArns=THEIRS,
            PollSeconds="1",
            LogRetentionDays="7",
        )
        yield account


def test_its_resources_are_as_the_parameters_say(account: Account) -> None:
    session = account.aws.session()
    function = session.client("lambda").get_function_configuration(
        FunctionName=account.resource("AWS::Lambda::Function")
    )
    groups = session.client("logs").describe_log_groups(logGroupNamePrefix=account.resource("AWS::Logs::LogGroup"))

    assert function["Environment"]["Variables"]["POLL_SECONDS"] == "1"
    assert [group["retentionInDays"] for group in groups["logGroups"]] == [7]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_that_is_named_may_be_passed(account: Account, role: str) -> None:
    account.deploy("named", experiment(role))
    assert [each["RoleArn"] for each in account.aws.control.experiments()] == [role]

    account.delete("named")
    assert account.aws.control.experiments() == []


@pytest.fixture
def as_the_function(account: Account) -> Any:
    """A SageMaker client of somebody who may do what the function's role may, and no more.

    The function itself tries for a minute and a half what it is denied, because policies take time to spread.
    """
    iam, name, role = account.aws.session().client("iam"), f"user-{uuid4()}", account.resource("AWS::IAM::Role")
    iam.create_user(UserName=name)
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return account.aws.session(access_key=key["AccessKeyId"], secret=key["SecretAccessKey"]).client("sagemaker")


def test_no_other_role_may_be_passed(account: Account, as_the_function: Any) -> None:
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {FOREIGN}"):
        as_the_function.create_inference_experiment(**by_hand("foreign", FOREIGN))
    assert account.aws.control.experiments() == []


def test_of_experiments_without_its_tags_only_those_that_are_named_may_be_changed(
    account: Account, as_the_function: Any
) -> None:
    root = account.aws.session().client("sagemaker")
    for name in ("theirs", "others"):
        root.create_inference_experiment(**by_hand(name, ROLES[0]))
        while root.describe_inference_experiment(Name=name)["Status"] != "Running":
            time.sleep(0.1)

        with nullcontext() if name == "theirs" else pytest.raises(ClientError, match="AccessDenied"):
            as_the_function.update_inference_experiment(Name=name, Description="taken over")
        with pytest.raises(ClientError, match="AccessDenied"):
            as_the_function.delete_inference_experiment(Name=name)
        while root.describe_inference_experiment(Name=name)["Status"] != "Running":
            time.sleep(0.1)
        root.stop_inference_experiment(Name=name, ModelVariantActions={"AllTraffic": "Retain", "Shadow": "Remove"})
        while root.describe_inference_experiment(Name=name)["Status"] == "Stopping":
            time.sleep(0.1)


def by_hand(name: str, role: str) -> dict[str, Any]:
    """What creates an experiment that is nobody's."""

    def variant(name: str, model: str) -> dict[str, Any]:
        instances = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
        infrastructure = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": instances}
        return {"VariantName": name, "ModelName": model, "InfrastructureConfig": infrastructure}

    return {
        "Name": name,
        "Type": "ShadowMode",
        "RoleArn": role,
        "EndpointName": "shop",
        "ModelVariants": [variant("AllTraffic", "champion"), variant("Shadow", "challenger")],
        "ShadowModeConfig": {
            "SourceModelVariantName": "AllTraffic",
            "ShadowModelVariants": [{"ShadowModelVariantName": "Shadow", "SamplingPercentage": 1}],
        },
    }
