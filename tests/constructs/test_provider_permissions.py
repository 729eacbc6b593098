"""The permissions of the function behind the custom resource: only those that it needs."""

from typing import Any

import pytest
from aws_cdk import CustomResource, Stack, aws_cloudwatch, aws_iam
from aws_cdk.assertions import Template

from inference_experiment_handler.client import CLOUDFORMATION, CLOUDWATCH, SAGEMAKER
from inference_experiment_handler.model.operations import NEED_OWNER_TAGS
from sagemaker_inference_experiment import Criterion, Gate, InferenceExperimentProvider
from tests.support.experiments import RESOURCE_TYPE, rendered_in
from tests.support.policies import actions, statements

STACK_TAG = "aws:ResourceTag/sagemaker-inference-experiment:stack-id"


def test_the_function_may_make_exactly_the_calls_that_the_handler_knows(declared: Any) -> None:
    named = aws_cloudwatch.Alarm.from_alarm_name(declared.stack, "Alarm", "too-slow")
    declared.experiment(promote_if=Gate(criteria=[Criterion.alarms(named)]))

    allowed = {action for statement in statements(declared.template) for action in actions(statement)}
    assert allowed == {
        *(f"sagemaker:{name}" for name in SAGEMAKER),
        *(f"cloudformation:{name}" for name in CLOUDFORMATION),
        *(f"cloudwatch:{name}" for name in CLOUDWATCH),
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

    provider.serve_templates(declared.role)

    (passing,) = [each for each in statements(declared.template) if "iam:PassRole" in actions(each)]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert any("StringLike" in each["Condition"] for each in changing(declared.template))


def changing(template: Template) -> list[dict[str, Any]]:
    return [each for each in statements(template) if "sagemaker:StopInferenceExperiment" in actions(each)]


def test_only_experiments_of_the_stack_may_be_changed(declared: Any) -> None:
    declared.experiment()

    (statement,) = changing(declared.template)
    assert statement["Condition"] == {"StringEquals": {STACK_TAG: {"Ref": "AWS::StackId"}}}
    assert {action.removeprefix("sagemaker:") for action in actions(statement)} == set(NEED_OWNER_TAGS)


def test_a_function_that_is_shared_may_change_what_stacks_have_made(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    stacks = [Stack(declared.app, f"Sharing{number}") for number in range(2)]
    for stack in stacks:
        declared.experiment_in(stack, "Test", provider=provider)

    own, any_stack = changing(declared.template)
    assert own["Condition"] == {"StringEquals": {STACK_TAG: {"Ref": "AWS::StackId"}}}
    assert list(any_stack["Condition"]["StringLike"]) == [STACK_TAG]
    for stack in stacks:
        assert changing(Template.from_stack(stack)) == []


def test_no_stack_takes_the_place_of_another_among_the_functions_policies(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    stacks = [Stack(declared.app, f"Sharing{number}") for number in range(2)]
    for stack in stacks:
        declared.experiment_in(stack, "Test", provider=provider)

    first, second = (
        policy["Properties"]["PolicyName"]
        for stack in stacks
        for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
        if "iam:PassRole" in str(policy)
    )
    assert first != second


def test_an_experiment_that_is_taken_over_may_be_changed_before_it_is_the_stacks(declared: Any) -> None:
    declared.experiment(experiment_name="Theirs", adopt_existing=True)

    unowned = taking_over(declared.template)
    assert names_in(unowned["Resource"]) == {"Theirs", "theirs"}
    assert "sagemaker:DeleteInferenceExperiment" not in actions(unowned)


def taking_over(template: Template) -> dict[str, Any]:
    """The statement on experiments that may be changed regardless of their owner."""
    (statement,) = [each for each in changing(template) if "Condition" not in each]
    return statement


def names_in(arns: list[Any]) -> set[str]:
    return {str(arn["Fn::Join"][1][-1]).rpartition("/")[2] for arn in arns}


def test_a_template_written_by_hand_may_take_over_an_experiment_that_the_provider_is_told_of(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")

    provider.serve_templates(declared.role, adopts="Theirs")

    assert names_in(taking_over(declared.template)["Resource"]) == {"Theirs", "theirs"}


@pytest.mark.parametrize("adopts", [None, "Theirs"])
def test_another_resource_is_served_and_depends_on_what_it_needs(declared: Any, adopts: str | None) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    resource = CustomResource(
        declared.stack, "Resource", service_token=provider.service_token, resource_type=RESOURCE_TYPE
    )

    provider.serve(resource, declared.role, adopts=adopts)

    (passing,) = [each for each in statements(declared.template) if "iam:PassRole" in actions(each)]
    assert passing["Resource"] == declared.stack.resolve(declared.role.role_arn)
    assert len(changing(declared.template)) == (1 if adopts is None else 2)
    needed = " ".join(rendered_in(declared.template)["DependsOn"])
    assert "HandOver" in needed
    assert "Served" in needed


def test_the_function_may_invoke_itself_alone(declared: Any) -> None:
    declared.experiment()
    (function,) = declared.template.find_resources("AWS::Lambda::Function")

    (invoking,) = [each for each in statements(declared.template) if "lambda:InvokeFunction" in actions(each)]
    assert invoking["Resource"] == {"Fn::GetAtt": [function, "Arn"]}
