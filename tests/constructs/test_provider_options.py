"""The settings of a provider: their effect, which are refused, and how the stack's own provider gets them."""

from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack, aws_ec2, aws_iam, aws_kms, aws_lambda, aws_logs
from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_inference_experiment import InferenceExperimentProvider, LogLevel
from tests.support.policies import actions, statements


def test_settings(declared: Any) -> None:
    provider = InferenceExperimentProvider(
        declared.stack,
        "Provider",
        poll_interval=Duration.seconds(2),
        log_retention=aws_logs.RetentionDays.ONE_WEEK,
        log_level=LogLevel.DEBUG,
        memory_size=512,
        reserved_concurrent_executions=20,
        tracing=aws_lambda.Tracing.ACTIVE,
    )
    declared.experiment(provider=provider)

    declared.template.resource_count_is("AWS::Lambda::Function", 1)
    declared.template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Environment": {"Variables": {"POLL_SECONDS": "2", "LOG_LEVEL": "DEBUG"}},
            "MemorySize": 512,
            "ReservedConcurrentExecutions": 20,
            "TracingConfig": {"Mode": "Active"},
        },
    )
    assert any("xray:PutTraceSegments" in actions(each) for each in statements(declared.template))
    declared.template.has_resource_properties("AWS::Logs::LogGroup", {"RetentionInDays": 7})


def test_the_function_is_put_into_a_vpc(declared: Any) -> None:
    vpc = aws_ec2.Vpc(declared.stack, "Vpc", max_azs=1)
    group = aws_ec2.SecurityGroup(declared.stack, "Group", vpc=vpc)

    InferenceExperimentProvider(
        declared.stack,
        "Provider",
        vpc=vpc,
        vpc_subnets=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS),
        security_groups=[group],
    )

    subnet = declared.stack.resolve(vpc.private_subnets[0].subnet_id)
    declared.template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "VpcConfig": {
                "SubnetIds": [subnet],
                "SecurityGroupIds": [declared.stack.resolve(group.security_group_id)],
            }
        },
    )
    assert any("ec2:CreateNetworkInterface" in actions(each) for each in statements(declared.template))


def test_a_boundary_limits_the_functions_role(declared: Any) -> None:
    boundary = aws_iam.ManagedPolicy.from_managed_policy_name(declared.stack, "Boundary", "developers")

    provider = InferenceExperimentProvider(declared.stack, "Provider", permissions_boundary=boundary)

    (role,) = [
        each
        for id, each in declared.template.find_resources("AWS::IAM::Role").items()
        if {"Ref": id} == declared.stack.resolve(provider.role.role_name)
    ]
    assert role["Properties"]["PermissionsBoundary"] == declared.stack.resolve(boundary.managed_policy_arn)


def test_the_logs_are_encrypted_with_a_key_that_lets_cloudwatch_logs_do_so(declared: Any) -> None:
    key = aws_kms.Key(declared.stack, "Key")

    InferenceExperimentProvider(declared.stack, "Provider", log_encryption_key=key)

    declared.template.has_resource_properties("AWS::Logs::LogGroup", {"KmsKeyId": declared.stack.resolve(key.key_arn)})
    (resource,) = declared.template.find_resources("AWS::KMS::Key").values()
    (_, statement) = resource["Properties"]["KeyPolicy"]["Statement"]
    region = {"Ref": "AWS::Region"}
    suffix = {"Ref": "AWS::URLSuffix"}
    assert statement["Principal"] == {"Service": {"Fn::Join": ["", ["logs.", region, ".", suffix]]}}
    log_groups = [
        "arn:",
        {"Ref": "AWS::Partition"},
        ":logs:",
        region,
        ":",
        {"Ref": "AWS::AccountId"},
        ":*",
    ]
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Join": ["", log_groups]}}}


def polled(template: Template) -> Any:
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    return function["Properties"]["Environment"]["Variables"]["POLL_SECONDS"]


def test_the_poll_interval_may_be_a_part_of_a_second_more(declared: Any) -> None:
    InferenceExperimentProvider(declared.stack, "Provider", poll_interval=Duration.millis(1500))

    assert polled(declared.template) == "1.5"


def test_the_poll_interval_may_be_a_token_in_seconds(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    InferenceExperimentProvider(declared.stack, "Provider", poll_interval=Duration.seconds(number))

    assert polled(declared.template) == {"Ref": "Number"}


def test_the_poll_interval_may_be_a_token_in_no_other_unit(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    with pytest.raises(ValueError, match="poll_interval is a token in minutes, must be in seconds; memory_size is"):
        InferenceExperimentProvider(declared.stack, "Provider", poll_interval=Duration.minutes(number), memory_size=64)


def test_numbers_may_be_tokens(declared: Any) -> None:
    number: Any = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    InferenceExperimentProvider(declared.stack, "Provider", memory_size=number, reserved_concurrent_executions=number)

    declared.template.has_resource_properties(
        "AWS::Lambda::Function", {"MemorySize": {"Ref": "Number"}, "ReservedConcurrentExecutions": {"Ref": "Number"}}
    )


def test_settings_that_cannot_be_meant_are_refused_all_at_once(declared: Any) -> None:
    with pytest.raises(ValueError) as raised:
        InferenceExperimentProvider(
            declared.stack,
            "Provider",
            poll_interval=Duration.minutes(2),
            memory_size=64,
            reserved_concurrent_executions=0,
            vpc_subnets=aws_ec2.SubnetSelection(),
            security_groups=[],
        )

    assert str(raised.value) == (
        "poll_interval is 120 seconds, must be 1 to 60; memory_size is 64, must be an integer from 128 to 10240 (MB); "
        "reserved_concurrent_executions is 0, must be an integer of at least 1; "
        "vpc_subnets requires vpc; security_groups requires vpc"
    )


def test_numbers_may_come_as_text(declared: Any) -> None:
    text: Any = "512"

    InferenceExperimentProvider(declared.stack, "Provider", memory_size=text, reserved_concurrent_executions=text)

    declared.template.has_resource_properties(
        "AWS::Lambda::Function", {"MemorySize": 512, "ReservedConcurrentExecutions": 512}
    )


def test_settings_of_wrong_types_are_refused_all_at_once(declared: Any) -> None:
    wrong: Any = {
        "poll_interval": "5",
        "memory_size": "big",
        "reserved_concurrent_executions": 2.5,
        "log_retention": 7,
        "tracing": True,
        "log_encryption_key": "arn:aws:kms:eu-west-1:111122223333:key/1",
        "vpc": "vpc-1",
        "permissions_boundary": "boundary",
    }

    with pytest.raises(ValueError) as raised:
        InferenceExperimentProvider(declared.stack, "Provider", **wrong)

    assert str(raised.value) == (
        "poll_interval is '5', must be an aws_cdk.Duration, such as Duration.seconds(5); "
        "memory_size is 'big', must be an integer from 128 to 10240 (MB); "
        "reserved_concurrent_executions is 2.5, must be an integer of at least 1; "
        "log_retention is 7, must be an aws_logs.RetentionDays, such as RetentionDays.ONE_MONTH; "
        "tracing is True, must be an aws_lambda.Tracing, such as Tracing.ACTIVE; "
        "log_encryption_key is 'arn:aws:kms:eu-west-1:111122223333:key/1', must be an aws_kms.IKey, such as "
        "Key.from_key_arn(self, 'Key', '...'); "
        "vpc is 'vpc-1', must be an aws_ec2.IVpc, such as Vpc.from_lookup(self, 'Vpc', vpc_id='...'); "
        "permissions_boundary is 'boundary', must be an aws_iam.IManagedPolicy, such as "
        "ManagedPolicy.from_managed_policy_name(self, 'Boundary', '...')"
    )


def test_settings_can_be_corrected_after_a_refusal(declared: Any) -> None:
    with pytest.raises(ValueError, match="memory_size is 64"):
        InferenceExperimentProvider.for_stack(declared.stack, memory_size=64)

    made = InferenceExperimentProvider.for_stack(declared.stack, memory_size=512)

    assert declared.experiment_in(declared.stack, "ShadowTest", role=None).provider is made


def test_a_setting_that_there_is_not_is_refused(declared: Any) -> None:
    with pytest.raises(TypeError, match=r"no setting memory$"):
        InferenceExperimentProvider(declared.stack, "Provider", memory=256)  # type: ignore[call-arg]


def test_the_stacks_own_provider_is_made_with_settings_under_the_same_ids(declared: Any) -> None:
    without, with_settings = (Stack(App(), "Demo") for _ in range(2))

    made = InferenceExperimentProvider.for_stack(Construct(with_settings, "Below"), memory_size=512)

    assert declared.experiment_in(with_settings, "ShadowTest", role=None).provider is made
    assert InferenceExperimentProvider.get_or_create(with_settings) is made
    declared.experiment_in(without, "ShadowTest", role=None)
    before, after = (Template.from_stack(stack).to_json()["Resources"] for stack in (without, with_settings))
    changed = [id for id in before if before[id] != after[id]]
    assert before.keys() == after.keys()
    assert [after[id]["Properties"]["MemorySize"] for id in changed] == [512]


def test_the_stacks_own_provider_gets_no_settings_after_its_first_experiment(declared: Any) -> None:
    declared.experiment()

    with pytest.raises(
        ValueError, match=r"stack Demo already has a provider: call \S+for_stack once, before the first"
    ):
        InferenceExperimentProvider.for_stack(declared.stack, memory_size=512)


def test_the_stacks_own_provider_gets_settings_once(declared: Any) -> None:
    InferenceExperimentProvider.for_stack(declared.stack, memory_size=512)

    with pytest.raises(ValueError, match="already has a provider"):
        InferenceExperimentProvider.for_stack(declared.stack, memory_size=1024)
