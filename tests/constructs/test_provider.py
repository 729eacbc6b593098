"""The function behind the custom resource: once a stack, and allowed no more than it needs."""

from typing import Any

from aws_cdk import Duration, Stack, aws_iam, aws_logs
from aws_cdk.assertions import Match, Template

from inference_experiment_handler.service import CLOUDFORMATION, SAGEMAKER
from sagemaker_inference_experiment import InferenceExperimentProvider


def statements(template: Template) -> list[dict[str, Any]]:
    policies = template.find_resources("AWS::IAM::Policy").values()
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return list(action) if isinstance(action, list) else [action]


def test_one_function_serves_all_experiments_of_a_stack(declared: Any) -> None:
    first, second = declared.experiment("One"), declared.experiment("Two")

    assert first.provider is second.provider
    declared.template.resource_count_is("AWS::Lambda::Function", 1)
    declared.template.resource_count_is("AWS::Logs::LogGroup", 1)
    declared.template.resource_count_is("Custom::SageMakerInferenceExperiment", 2)


def test_the_function_may_make_exactly_the_calls_that_the_handler_knows(declared: Any) -> None:
    declared.experiment()

    allowed = {action for statement in statements(declared.template) for action in actions(statement)}
    assert allowed == {
        *(f"sagemaker:{name}" for name in SAGEMAKER),
        *(f"cloudformation:{name}" for name in CLOUDFORMATION),
        "iam:PassRole",
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_no_statement_is_about_everything(declared: Any) -> None:
    declared.experiment()

    for statement in statements(declared.template):
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        assert "*" not in resources
        assert not any("*" in action for action in actions(statement))


def test_only_the_declared_roles_are_passed_and_only_to_sagemaker(declared: Any) -> None:
    imported = aws_iam.Role.from_role_arn(declared.stack, "Imported", "arn:aws:iam::123456789012:role/imported")
    declared.experiment("One")
    declared.experiment("Two")
    declared.experiment("Three", role=imported)

    (passing,) = [each for each in statements(declared.template) if "iam:PassRole" in actions(each)]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert len(passing["Resource"]) == 2
    assert "arn:aws:iam::123456789012:role/imported" in passing["Resource"]


def test_a_role_of_a_template_written_by_hand_may_be_passed_too(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")

    provider.grant_pass_role(declared.role)

    (passing,) = [each for each in statements(declared.template) if "iam:PassRole" in actions(each)]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_the_function_may_invoke_itself_alone(declared: Any) -> None:
    declared.experiment()
    (function,) = declared.template.find_resources("AWS::Lambda::Function")

    (invoking,) = [each for each in statements(declared.template) if "lambda:InvokeFunction" in actions(each)]
    assert invoking["Resource"] == {"Fn::GetAtt": [function, "Arn"]}


def test_lambda_tries_again_for_as_long_as_cloudformation_waits(declared: Any) -> None:
    declared.experiment()

    declared.template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig", {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2}
    )


def test_the_function_is_set_up_to_wait(declared: Any) -> None:
    declared.experiment()

    declared.template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Handler": "inference_experiment_handler.index.handler",
            "Runtime": "python3.13",
            "Timeout": 900,
            "LoggingConfig": {"LogGroup": Match.any_value()},
            "Environment": Match.absent(),
        },
    )


def test_settings(declared: Any) -> None:
    provider = InferenceExperimentProvider(
        declared.stack,
        "Provider",
        poll_interval=Duration.seconds(2),
        log_retention=aws_logs.RetentionDays.ONE_WEEK,
    )
    declared.experiment(provider=provider)

    declared.template.resource_count_is("AWS::Lambda::Function", 1)
    declared.template.has_resource_properties(
        "AWS::Lambda::Function", {"Environment": {"Variables": {"POLL_SECONDS": "2"}}}
    )
    declared.template.has_resource_properties("AWS::Logs::LogGroup", {"RetentionInDays": 7})


def test_there_is_no_dependency_cycle_and_stacks_are_apart(declared: Any) -> None:
    declared.experiment()
    other = Stack(declared.app, "Other")

    assert InferenceExperimentProvider.get_or_create(other) is not InferenceExperimentProvider.get_or_create(
        declared.stack
    )
    declared.app.synth()
