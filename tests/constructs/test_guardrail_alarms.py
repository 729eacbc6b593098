"""The alarm and the reason of ``end_on``: which forms an alarm can have, and what is refused at synth."""

from typing import Any

import jsii
import pytest
from aws_cdk import Aws, CfnParameter, Environment, Stack, aws_cloudwatch
from aws_cdk.interfaces.aws_cloudwatch import AlarmReference, IAlarmRef

from sagemaker_inference_experiment import InvalidExperimentError

ARN = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:slow"


@jsii.implements(IAlarmRef)
class Referred:
    """An alarm of which only the reference is known."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    @property
    def alarm_ref(self) -> AlarmReference:
        return AlarmReference(alarm_arn=self._arn, alarm_name="slow")


def l1(stack: Stack) -> aws_cloudwatch.CfnAlarm:
    return aws_cloudwatch.CfnAlarm(
        stack, "L1", comparison_operator="GreaterThanThreshold", evaluation_periods=1, metric_name="a", namespace="b"
    )


def composite(stack: Stack) -> aws_cloudwatch.CompositeAlarm:
    return aws_cloudwatch.CompositeAlarm(
        stack, "Composite", composite_alarm_name="both", alarm_rule=aws_cloudwatch.AlarmRule.from_boolean(True)
    )


GIVEN = {
    "an ARN": lambda _: ARN,
    "a token": lambda stack: CfnParameter(stack, "AlarmArn").value_as_string,
    "imported by its ARN": lambda stack: aws_cloudwatch.Alarm.from_alarm_arn(stack, "Alarm", ARN),
    "imported by its name": lambda stack: aws_cloudwatch.Alarm.from_alarm_name(stack, "Alarm", "slow"),
    "a composite alarm": composite,
    "a CloudFormation resource": l1,
    "an attribute": lambda stack: l1(stack).attr_arn,
    "a composite CloudFormation resource": lambda stack: aws_cloudwatch.CfnCompositeAlarm(
        stack, "L1", alarm_rule="TRUE"
    ),
    "a reference": lambda _: Referred(ARN),
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_an_alarm_is_a_construct_a_reference_or_an_arn(declared_in_dublin: Any, given: Any) -> None:
    declared_in_dublin.experiment().end_on(given(declared_in_dublin.stack))

    (rule,) = declared_in_dublin.template.find_resources("AWS::Events::Rule").values()
    assert len(rule["Properties"]["EventPattern"]["resources"]) == 1


PLACES = [{"region": "us-east-1"}, {"account": "222222222222"}]
HERE = {"account": "111122223333", "region": "eu-west-1"}


def elsewhere(declared: Any, place: dict[str, str]) -> Stack:
    return Stack(declared.app, "Elsewhere", env=Environment(**HERE | place), cross_region_references=True)


def arn_in(place: dict[str, str]) -> str:
    there = HERE | place
    return f"arn:aws:cloudwatch:{there['region']}:{there['account']}:alarm:slow"


ELSEWHERE = {
    "an ARN": lambda _, place: arn_in(place),
    "imported": lambda declared, place: aws_cloudwatch.Alarm.from_alarm_arn(declared.stack, "Alarm", arn_in(place)),
    "a construct": lambda declared, place: composite(elsewhere(declared, place)),
    "a CloudFormation resource": lambda declared, place: l1(elsewhere(declared, place)),
    "an attribute": lambda declared, place: l1(elsewhere(declared, place)).attr_arn,
    "a reference": lambda _, place: Referred(arn_in(place)),
}


@pytest.mark.parametrize("given", ELSEWHERE.values(), ids=ELSEWHERE)
@pytest.mark.parametrize("place", PLACES, ids=["region", "account"])
def test_an_alarm_of_another_place_is_refused(declared_in_dublin: Any, given: Any, place: dict[str, str]) -> None:
    experiment = declared_in_dublin.experiment()
    ((what, there),) = place.items()

    with pytest.raises(InvalidExperimentError, match=f"alarm is in {what} '{there}', must be in the experiment's"):
        experiment.end_on(given(declared_in_dublin, place))

    declared_in_dublin.template.resource_count_is("AWS::SQS::Queue", 0)


def test_all_faults_are_named_at_once(declared_in_dublin: Any) -> None:
    experiment = declared_in_dublin.experiment()

    with pytest.raises(InvalidExperimentError) as raised:
        experiment.end_on(arn_in({"region": "us-east-1", "account": "222222222222"}), reason="two\nlines")

    listed = str(raised.value).splitlines()
    assert listed[0] == "Demo/ShadowTest: the experiment can't be run as declared"
    assert [line.strip(" -").partition(",")[0] for line in listed[1:]] == [
        "alarm is in region 'us-east-1'",
        "alarm is in account '222222222222'",
        r"reason is 'two\nlines'",
    ]


@pytest.mark.parametrize(
    ("alarm", "reason", "fault"),
    [
        (3, None, "alarm is 3, must be an alarm construct, a reference or the alarm's ARN"),
        ("slow", None, "alarm is 'slow', must be the ARN of a CloudWatch alarm"),
        (ARN, "x" * 1025, "must be up to 1024 characters in one line"),
        (ARN, 3, "reason is 3, must be"),
        (ARN, f"two\nlines of {Aws.STACK_NAME}", r"reason is 'two\nlines of <token>', must be up to 1024"),
    ],
    ids=["not an alarm", "not an ARN", "too long", "not a text", "a line break beside a token"],
)
def test_what_is_no_alarm_or_no_reason_is_refused(declared: Any, alarm: Any, reason: Any, fault: str) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment().end_on(alarm, reason)
    assert fault in str(raised.value)


def test_an_alarm_that_is_given_twice_is_refused(declared: Any) -> None:
    experiment = declared.experiment()
    alarm = experiment.alarm_shadow_latency(declared.stack, "Slow")
    experiment.end_on(alarm)

    with pytest.raises(InvalidExperimentError, match="is already given"):
        experiment.end_on(alarm.alarm_arn)
    declared.experiment("Another").end_on(alarm)
