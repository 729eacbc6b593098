"""The alarms that users give: their ARNs, and where they are."""

from collections.abc import Iterator
from typing import Any, cast

from aws_cdk import Stack
from aws_cdk.aws_cloudwatch import IAlarm
from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef, ICompositeAlarmRef

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._places import faults_of_place
from sagemaker_inference_experiment._reflection import has
from sagemaker_inference_experiment._tokens import is_not_known_yet

AnyAlarm = IAlarm | IAlarmRef | ICompositeAlarmRef | str


def is_alarm(given: Any) -> bool:
    return isinstance(given, str) or any(has(given, each) for each in ("alarm_arn", "alarm_ref", "composite_alarm_ref"))


def alarm_arn(alarm: AnyAlarm) -> str:
    """The alarm's ARN, which may be a token."""
    if isinstance(alarm, str):
        return alarm
    if has(alarm, "alarm_arn"):
        return cast("IAlarm", alarm).alarm_arn
    if has(alarm, "alarm_ref"):
        return cast("IAlarmRef", alarm).alarm_ref.alarm_arn
    return cast("ICompositeAlarmRef", alarm).composite_alarm_ref.composite_alarm_arn


def alarm_faults(alarm: AnyAlarm, arn: str, stack: Stack) -> Iterator[str]:
    """The faults of an alarm that has to be in the account and the region of a stack, as far as they are known."""
    literal = not is_not_known_yet(arn)
    if literal and not limits.ALARM_ARN.admits(arn):
        yield f"alarm is {shown(arn)}, must be {limits.ALARM_ARN.allowed}"
        return
    # An imported alarm is in the stack that imports it, as far as CDK knows.
    yield from faults_of_place("alarm", arn if literal else alarm, stack)
