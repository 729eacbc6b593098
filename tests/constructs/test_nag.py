"""cdk-nag's AwsSolutions rules: each finding is acknowledged, with a reason, or corrected."""

from typing import Any

import pytest
from aws_cdk import Acknowledgment, App, Stack, Validations, aws_cloudwatch
from cdk_nag import AwsSolutionsChecks

from sagemaker_inference_experiment import Criterion, Gate, InferenceExperiment, InferenceExperimentProvider
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


ACKNOWLEDGED_WITH_A_GATE = {
    "AwsSolutions-IAM5[Resource::*]": (
        "metrics are no resources in IAM, and only who may describe all alarms is told of composite ones; the function "
        "only reads them"
    ),
}


def findings(scope: Any) -> set[str]:
    return {violation.rule_name for violation in AwsSolutionsChecks().validate_scope(scope).violations}


def test_cdk_nag_finds_nothing_but_what_is_acknowledged(declared: Any) -> None:
    declared.experiment()

    assert findings(declared.stack) == set(ACKNOWLEDGED)


def gated(declared: Any) -> InferenceExperiment:
    alarm = aws_cloudwatch.Alarm.from_alarm_name(declared.stack, "Alarm", "too-slow")
    experiment: InferenceExperiment = declared.experiment(promote_if=Gate(criteria=[Criterion.alarms(alarm)]))
    return experiment


def test_a_gate_adds_one_finding(declared: Any) -> None:
    gated(declared)

    assert findings(declared.stack) == {*ACKNOWLEDGED, *ACKNOWLEDGED_WITH_A_GATE}


@pytest.mark.parametrize("rule", ACKNOWLEDGED | ACKNOWLEDGED_WITH_A_GATE)
def test_each_acknowledgement_counts(declared: Any, rule: str) -> None:
    reasons = ACKNOWLEDGED | ACKNOWLEDGED_WITH_A_GATE
    Validations.of(gated(declared).provider).acknowledge(Acknowledgment(id=rule, reason=reasons[rule]))

    assert findings(declared.stack) == reasons.keys() - {rule}


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


ALARM = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:slow"


def acknowledge(scope: Any, reasons: dict[str, str]) -> None:
    for rule, reason in reasons.items():
        Validations.of(scope).acknowledge(Acknowledgment(id=rule, reason=reason))


def test_a_gate_and_a_guardrail_are_acknowledged_together(declared: Any) -> None:
    experiment = gated(declared)
    experiment.end_on(ALARM)
    assert findings(declared.stack) == {*ACKNOWLEDGED, *ACKNOWLEDGED_WITH_A_GATE, *OF_A_GUARDRAIL}

    acknowledge(experiment.provider, ACKNOWLEDGED | ACKNOWLEDGED_WITH_A_GATE | OF_A_GUARDRAIL)

    assert findings(declared.stack) == set()


@pytest.mark.parametrize("guarded", [False, True], ids=["gate", "gate and guardrail"])
def test_a_gate_beside_a_shared_provider_is_acknowledged_on_its_own_stack(declared: Any, guarded: bool) -> None:
    of_provider = Stack(declared.app, "Shared")
    provider = InferenceExperimentProvider(of_provider, "Provider")
    experiment = declared.experiment(
        provider=provider, promote_if=Gate(criteria=[Criterion.traffic(min_invocations=20_000)])
    )
    if guarded:
        experiment.end_on(ALARM)
    of_guardrail = OF_A_GUARDRAIL if guarded else {}
    assert findings(of_provider) == {*ACKNOWLEDGED, *of_guardrail}
    assert findings(declared.stack) == set(ACKNOWLEDGED_WITH_A_GATE)

    acknowledge(provider, ACKNOWLEDGED | ACKNOWLEDGED_WITH_A_GATE | of_guardrail)
    assert findings(of_provider) == set()
    assert findings(declared.stack) == set(ACKNOWLEDGED_WITH_A_GATE), "the provider is in another stack"

    acknowledge(declared.stack, ACKNOWLEDGED_WITH_A_GATE)
    assert findings(declared.stack) == set()
