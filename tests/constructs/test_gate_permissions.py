"""A gate: what the function may read for it."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_cloudwatch import Alarm

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    InferenceExperimentProvider,
)
from tests.support.gates import LATENCY, TRAFFIC
from tests.support.policies import actions, statements


def reading(template: Template) -> list[str]:
    found = [each for each in statements(template) if any("cloudwatch:" in action for action in actions(each))]
    assert all(each["Resource"] == "*" and each["Effect"] == "Allow" for each in found)
    return [action for each in found for action in actions(each)]


METRICS = ["cloudwatch:GetMetricData"]
METRICS_AND_ALARMS = [*METRICS, "cloudwatch:DescribeAlarms"]


def test_the_function_reads_nothing_of_cloudwatch_without_a_gate(declared: Any) -> None:
    declared.experiment(conclusion=Conclusion.promote_shadow())

    assert reading(declared.template) == []


@pytest.mark.parametrize("parameter", ["promote_if", "only_if"])
@pytest.mark.parametrize(("with_alarms", "allowed"), [(False, METRICS), (True, METRICS_AND_ALARMS)])
def test_the_function_reads_what_the_criteria_are_about(
    declared: Any, parameter: str, with_alarms: bool, allowed: list[str]
) -> None:
    alarms = [Criterion.alarms(Alarm.from_alarm_name(declared.stack, "Named", "slow"))] if with_alarms else []
    gate = Gate(criteria=[TRAFFIC, *alarms])

    declared.experiment(
        **(
            {"promote_if": gate}
            if parameter == "promote_if"
            else {"conclusion": Conclusion.promote_shadow(only_if=gate)}
        )
    )

    assert reading(declared.template) == allowed


def test_many_gates_of_a_stack_are_allowed_once(declared: Any) -> None:
    alarm = Alarm.from_alarm_name(declared.stack, "Named", "slow")
    for number, criterion in enumerate((TRAFFIC, Criterion.alarms(alarm), LATENCY)):
        declared.experiment(f"Test{number}", endpoint=f"shop-{number}", promote_if=Gate(criteria=[criterion]))

    assert reading(declared.template) == METRICS_AND_ALARMS


def test_a_function_that_is_shared_reads_for_as_long_as_a_stack_with_a_gate_is_there(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    gated, other = (Stack(declared.app, name) for name in ("Gated", "Other"))
    declared.experiment_in(gated, "Test", provider=provider, promote_if=Gate(criteria=[TRAFFIC]))
    declared.experiment_in(other, "Test", endpoint="other", provider=provider)

    assert [reading(Template.from_stack(each)) for each in (declared.stack, gated, other)] == [[], METRICS, []]


@pytest.mark.parametrize(("promote_if", "allowed"), [(False, []), (True, METRICS_AND_ALARMS)])
def test_templates_written_by_hand_may_have_a_gate_if_the_provider_is_told(
    declared: Any, promote_if: bool, allowed: list[str]
) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")

    provider.serve_templates(declared.role, promote_if=promote_if)

    assert reading(declared.template) == allowed
