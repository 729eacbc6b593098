"""cdk-nag's AwsSolutions rules: what they find is acknowledged, with a reason, or mended."""

from typing import Any

import pytest
from aws_cdk import Acknowledgment, App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from tests.support.experiments import experiment_in

_HERE = "<AWS::Region>:<AWS::AccountId>"
_ANY_NAME = (
    "the name of an experiment, and of what it runs on, is not known before it is deployed, and a name may be given; "
    "account and region are fixed"
)
ACKNOWLEDGED = {
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:{_HERE}:inference-experiment/*]": _ANY_NAME,
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:{_HERE}:endpoint/*]": _ANY_NAME,
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sagemaker:{_HERE}:endpoint-config/*]": _ANY_NAME,
    f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:{_HERE}:stack/*]": (
        "a provider may serve experiments of any stack of the account and region; reading a status is all it may do"
    ),
    "AwsSolutions-L1": "the runtime that the handler is tested with, and that Lambda supports until 2029",
}


def findings(scope: Any) -> set[str]:
    return {violation.rule_name for violation in AwsSolutionsChecks().validate_scope(scope).violations}


def test_cdk_nag_finds_nothing_but_what_is_acknowledged(declared: Any) -> None:
    declared.experiment()

    assert findings(declared.stack) == set(ACKNOWLEDGED)


@pytest.mark.parametrize("rule", ACKNOWLEDGED)
def test_each_acknowledgement_counts(declared: Any, rule: str) -> None:
    experiment = declared.experiment()
    Validations.of(experiment.provider).acknowledge(Acknowledgment(id=rule, reason=ACKNOWLEDGED[rule]))

    assert findings(declared.stack) == set(ACKNOWLEDGED) - {rule}


FULL_ACCESS = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSageMakerFullAccess]"


def test_a_role_that_is_made_is_acknowledged_on_itself() -> None:
    stack = Stack(App(), "Demo")
    experiment = experiment_in(stack)
    assert findings(stack) == {*ACKNOWLEDGED, FULL_ACCESS}

    reason = "AWS publishes no shorter list of what a shadow test's role needs"
    Validations.of(experiment.role).acknowledge(Acknowledgment(id=FULL_ACCESS, reason=reason))

    assert findings(stack) == set(ACKNOWLEDGED)


OF_A_GUARDRAIL = {
    "AwsSolutions-IAM5[Resource::*]": "DescribeAlarms reports composite alarms only if it is allowed on all alarms",
    "AwsSolutions-SQS3": "it is the dead-letter queue of the function, which the rule does not see",
}


def test_a_guardrail_is_acknowledged_on_the_provider(declared: Any) -> None:
    experiment = declared.experiment()
    experiment.end_on("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:slow")
    assert findings(declared.stack) == {*ACKNOWLEDGED, *OF_A_GUARDRAIL}

    for rule, reason in OF_A_GUARDRAIL.items():
        Validations.of(experiment.provider).acknowledge(Acknowledgment(id=rule, reason=reason))

    assert findings(declared.stack) == set(ACKNOWLEDGED)
