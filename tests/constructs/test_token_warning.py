"""CDK's warning about an unknown identifier: not about the tokens of this package, but about others."""

from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration
from aws_cdk.assertions import Annotations, Match
from aws_cdk.aws_cloudwatch import GraphWidget, MathExpression

from sagemaker_inference_experiment import InferenceExperiment, ShadowTestDashboard


def warnings(declared: Any) -> list[str]:
    found = Annotations.from_stack(declared.stack).find_warning("*", Match.string_like_regexp("identifier"))
    return [str(each.entry.data) for each in found]


@pytest.fixture
def of_tokens(declared: Any) -> InferenceExperiment:
    """An experiment with a share of the traffic and an end that only the deployment knows."""
    share = CfnParameter(declared.stack, "Share", type="Number").value_as_number
    experiment: InferenceExperiment = declared.experiment(sampling_percentage=share)
    return experiment


def test_no_alarm_has_it(declared: Any, of_tokens: InferenceExperiment) -> None:
    of_tokens.alarm_ends_soon(declared.stack, "EndsSoon", before=Duration.hours(1))
    of_tokens.alarm_shadow_traffic(declared.stack, "Traffic")

    assert warnings(declared) == []


def test_no_dashboard_has_it(declared: Any, of_tokens: InferenceExperiment) -> None:
    ShadowTestDashboard(declared.stack, "Dashboard", experiment=of_tokens)

    assert warnings(declared) == []


def test_a_widget_of_the_user_has_it(declared: Any, of_tokens: InferenceExperiment) -> None:
    shown = ShadowTestDashboard(declared.stack, "Dashboard", experiment=of_tokens)

    shown.dashboard.add_widgets(GraphWidget(left=[MathExpression(expression="missing + 1", using_metrics={})]))

    assert ["missing" in each for each in warnings(declared)] == [True]
