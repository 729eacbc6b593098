"""Ends a test when an alarm rings: the rules that invoke the provider's function."""

import json
from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import Aws, CfnResource, IStableAnyProducer, Lazy, Stack, aws_events, aws_lambda
from constructs import Construct

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.guardrail import REQUEST_TYPE
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._alarms_given import AnyAlarm, alarm_arn, alarm_faults, is_alarm
from sagemaker_inference_experiment._property_faults import problem_beside_tokens
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._tokens import is_not_known_yet

_ALARMS_OF_A_RULE = 5
"""An event pattern may have 2,048 characters, and the ARN of an alarm about 300."""
_CHARACTERS_OF_ALARMS = 7_500
"""The input of a target may have 8,192 characters, and its other members have about 500."""
_LONGEST_ARN = 320
_LOOKS_AGAIN = "rate(15 minutes)"
"""The interval is as long as the function waits until it can act."""


class Guardrails:
    """The alarms that end an experiment, and their rules."""

    def __init__(
        self, experiment: Construct, stack: Stack, resource: CfnResource, provider: InferenceExperimentProvider
    ) -> None:
        self._experiment, self._stack = experiment, stack
        self._resource, self._provider = resource, provider
        self._given: set[str] = set()
        self._rules: list[_Rule] = []

    def faults(self, alarm: Any, reason: Any) -> list[str]:
        """All reasons why this alarm can't end the experiment, as far as they are known."""
        faults = []
        if not is_alarm(alarm):
            faults.append(f"alarm is {shown(alarm)}, must be an alarm construct, a reference or the alarm's ARN")
        else:
            faults += self._alarm_faults(alarm)
        if reason is not None and not is_not_known_yet(reason):
            admitted = isinstance(reason, str) and limits.REASON.admits(reason)
            faults += [] if admitted else [f"reason is {shown(reason)}, must be {limits.REASON.allowed}"]
        elif (problem := problem_beside_tokens(reason, limits.REASON)) is not None:
            faults.append(f"reason {problem}")
        return faults

    def add(self, alarm: AnyAlarm, reason: str | None) -> None:
        """Ends the experiment on this alarm, too. The alarm must have no faults."""
        arn = alarm_arn(alarm)
        self._given.add(self._key(arn))
        if not self._rules or not self._rules[-1].has_room(arn, reason):
            id = f"Guardrail{len(self._rules) + 1 if self._rules else ''}"
            self._rules.append(_Rule(self._experiment, id, self._resource, self._provider))
        self._rules[-1].add(arn, reason)

    def _alarm_faults(self, alarm: AnyAlarm) -> list[str]:
        arn = alarm_arn(alarm)
        given = [f"alarm {shown(arn)} is already given"] if self._key(arn) in self._given else []
        return [*alarm_faults(alarm, arn, self._stack), *_name_faults(alarm), *given]

    def _key(self, arn: str) -> str:
        return str(self._stack.resolve(arn))


class _Rule(Construct):
    """Invokes the function when one of its alarms goes to ALARM, and with a schedule.

    The schedule finds an alarm that was in ALARM before the test ran, and retries after a failure.
    """

    def __init__(self, scope: Construct, id: str, resource: CfnResource, provider: InferenceExperimentProvider) -> None:
        super().__init__(scope, id)
        self._alarms: list[dict[str, str]] = []
        stack = Stack.of(self)
        dead_letters = provider._guard()
        told = {
            "RequestType": REQUEST_TYPE,
            "StackId": Aws.STACK_ID,
            "LogicalResourceId": resource.logical_id,
            "PhysicalResourceId": resource.ref,
            "Alarms": Lazy.any(_Rendered(self._alarms, dict)),
        }
        rule = aws_events.CfnRule(
            self,
            "Rule",
            description="Ends a shadow test if one of its alarms is in ALARM",
            event_pattern={
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "resources": Lazy.any(_Rendered(self._alarms, _arn)),
                "detail": {"state": {"value": ["ALARM"]}},
            },
            schedule_expression=_LOOKS_AGAIN,
            targets=[
                aws_events.CfnRule.TargetProperty(
                    id="Provider",
                    arn=provider.service_token,
                    input=stack.to_json_string(told),
                    dead_letter_config=aws_events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
                    retry_policy=aws_events.CfnRule.RetryPolicyProperty(maximum_event_age_in_seconds=900),
                )
            ],
        )
        aws_lambda.CfnPermission(
            self,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=provider.service_token,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )

    def has_room(self, arn: str, reason: str | None) -> bool:
        characters = sum(map(_characters, [*self._alarms, _guarded(arn, reason)]))
        return len(self._alarms) < _ALARMS_OF_A_RULE and characters <= _CHARACTERS_OF_ALARMS

    def add(self, arn: str, reason: str | None) -> None:
        self._alarms.append(_guarded(arn, reason))


def _name_faults(alarm: AnyAlarm) -> list[str]:
    """CloudFormation inserts the ARN of an alarm of the app into the JSON of the input, and does not escape it."""
    resource = (
        alarm.node.default_child if isinstance(alarm, Construct) and not isinstance(alarm, CfnResource) else alarm
    )
    name = getattr(resource, "alarm_name", None) if isinstance(resource, CfnResource) else None
    if name is None or is_not_known_yet(name) or not {'"', "\\"} & set(name):
        return []
    return [f"alarm has the name {shown(name)}, must have no quotation mark and no backslash in it"]


def _guarded(arn: str, reason: str | None) -> dict[str, str]:
    return {"Arn": arn, **({"Reason": reason} if reason is not None else {})}


def _characters(alarm: Mapping[str, str]) -> int:
    """The characters of an alarm in the input. A token is at most as long as the longest ARN."""
    return len(json.dumps(alarm, ensure_ascii=False)) + max(0, _LONGEST_ARN - len(alarm["Arn"]))


def _arn(alarm: Mapping[str, str]) -> str:
    return alarm["Arn"]


@jsii.implements(IStableAnyProducer)
class _Rendered:
    """The alarms of a rule when the template is rendered."""

    def __init__(self, alarms: list[dict[str, str]], render: Any) -> None:
        self._alarms, self._render = alarms, render

    def produce(self) -> list[Any]:
        return [self._render(alarm) for alarm in self._alarms]
