"""The recipe for an alarm before the end of a test."""

from aws_cdk import App
from aws_cdk import Stack as CdkStack
from aws_cdk.assertions import Match, Template

import sagemaker_inference_experiment
from tests.support.experiments import rendered_in
from tests.support.reader import blocks
from tests.support.recipes import RECIPES


def test_the_alarm_is_a_day_before_the_end() -> None:
    (block,) = blocks(RECIPES / "before-the-end.md", "python")
    stack = CdkStack(App(), "RankingShadowTest")
    public = vars(sagemaker_inference_experiment)

    exec(block.text, {**public, "self": stack})

    template = Template.from_stack(stack)
    alarm = {"ComparisonOperator": "LessThanThreshold", "Threshold": 24, "AlarmActions": [Match.any_value()]}
    template.has_resource_properties("AWS::CloudWatch::Alarm", alarm)
    assert rendered_in(template)["Properties"]["Attributes"] == ["ScheduledEndEpoch"]
