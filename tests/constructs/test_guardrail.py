"""An alarm ends a test: the rule, what the function may do for it, and what is refused at synth."""

import json
from typing import Any

import jsii
import pytest
from aws_cdk import App, Aws, CfnParameter, Environment, Stack, aws_cloudwatch, aws_iam
from aws_cdk.assertions import Template
from aws_cdk.interfaces.aws_cloudwatch import AlarmReference, IAlarmRef

from inference_experiment_handler.client import CLOUDFORMATION, SAGEMAKER
from inference_experiment_handler.spec.guardrail import GuardedAlarm, parse_guardrail
from sagemaker_inference_experiment import InferenceExperiment, InferenceExperimentProvider, InvalidExperimentError
from tests.support.experiments import RESOURCE_TYPE
from tests.support.policies import actions, statements

ARN = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:slow"
WITHOUT_A_GUARDRAIL = {
    *(f"sagemaker:{name}" for name in SAGEMAKER),
    *(f"cloudformation:{name}" for name in CLOUDFORMATION),
    "iam:PassRole",
    "lambda:InvokeFunction",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}
OF_A_GUARDRAIL = (
    "AWS::Events::Rule",
    "AWS::Lambda::Permission",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
)


def only(template: Template, kind: str) -> dict[str, Any]:
    (resource,) = template.find_resources(kind).values()
    return dict(resource)


def rules(template: Template) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template.find_resources("AWS::Events::Rule").values()]


def event(template: Template, rule: dict[str, Any], **values: str) -> dict[str, Any]:
    """The constant input of a rule, as CloudFormation renders it with these values of references and attributes."""
    (target,) = rule["Targets"]
    parts = target["Input"]["Fn::Join"][1]
    known = {"AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/Demo/1", **values}
    texts = [each if isinstance(each, str) else known[each.get("Ref") or each["Fn::GetAtt"][0]] for each in parts]
    return dict(json.loads("".join(texts)))


def test_nothing_is_made_where_nothing_is_declared(declared: Any) -> None:
    declared.experiment()

    for kind in OF_A_GUARDRAIL:
        declared.template.resource_count_is(kind, 0)
    assert {action for each in statements(declared.template) for action in actions(each)} == WITHOUT_A_GUARDRAIL
    assert "DestinationConfig" not in only(declared.template, "AWS::Lambda::EventInvokeConfig")["Properties"]


def test_a_rule_invokes_the_function_for_the_alarm_and_looks_again(declared: Any) -> None:
    experiment = declared.experiment()
    experiment.end_on(experiment.alarm_shadow_latency(declared.stack, "Slow"), reason='too "slow"')

    template = declared.template
    (rule,) = rules(template)
    (alarm,) = template.find_resources("AWS::CloudWatch::Alarm")
    assert rule["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "resources": [{"Fn::GetAtt": [alarm, "Arn"]}],
        "detail": {"state": {"value": ["ALARM"]}},
    }
    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    assert rule["Targets"][0]["Arn"] == declared.stack.resolve(experiment.provider.service_token)


def test_the_handler_can_read_the_event(declared: Any) -> None:
    experiment = declared.experiment()
    experiment.end_on(experiment.alarm_shadow_latency(declared.stack, "Slow"), reason='too "slow"\N{SNAIL}')
    experiment.end_on(ARN)

    template = declared.template
    (rule,) = rules(template)
    (alarm,) = template.find_resources("AWS::CloudWatch::Alarm")
    (resource,) = template.find_resources(RESOURCE_TYPE)
    guardrail = parse_guardrail(
        event(template, rule, **{alarm: f"{ARN}-2", resource: "demo-test"}), carried="HandedOver"
    )
    assert (guardrail.name, guardrail.logical_id) == ("demo-test", resource)
    assert guardrail.alarms == (GuardedAlarm(f"{ARN}-2", 'too "slow"\N{SNAIL}'), GuardedAlarm(ARN))


def test_only_the_rule_may_invoke_the_function(declared: Any) -> None:
    declared.experiment().end_on(ARN)

    (rule,) = declared.template.find_resources("AWS::Events::Rule")
    permission = only(declared.template, "AWS::Lambda::Permission")["Properties"]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


def test_the_function_may_also_read_alarms_and_send_to_its_queue_and_nothing_else(declared: Any) -> None:
    declared.experiment().end_on(ARN)

    (queue,) = declared.template.find_resources("AWS::SQS::Queue")
    allowed = {action: each["Resource"] for each in statements(declared.template) for action in actions(each)}
    more = {action: allowed[action] for action in allowed.keys() - WITHOUT_A_GUARDRAIL}
    assert more == {"cloudwatch:DescribeAlarms": "*", "sqs:SendMessage": {"Fn::GetAtt": [queue, "Arn"]}}


def test_what_fails_is_kept_in_an_encrypted_queue(declared: Any) -> None:
    experiment = declared.experiment()
    assert experiment.provider.dead_letter_queue is None
    experiment.end_on(ARN)

    (queue,) = declared.template.find_resources("AWS::SQS::Queue")
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    invoked = only(declared.template, "AWS::Lambda::EventInvokeConfig")
    assert invoked["Properties"]["DestinationConfig"] == {"OnFailure": {"Destination": arn}}
    assert any("HandOver" in each for each in invoked["DependsOn"])
    assert rules(declared.template)[0]["Targets"][0]["DeadLetterConfig"] == {"Arn": arn}
    assert only(declared.template, "AWS::SQS::Queue")["Properties"]["SqsManagedSseEnabled"] is True
    denied, events = only(declared.template, "AWS::SQS::QueuePolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert events["Principal"] == {"Service": "events.amazonaws.com"}
    assert experiment.provider.dead_letter_queue is not None


def test_there_are_as_many_rules_as_the_alarms_need(declared: Any) -> None:
    experiment = declared.experiment()
    for number in range(11):
        experiment.end_on(f"{ARN}-{number}")

    template = declared.template
    assert [len(each["EventPattern"]["resources"]) for each in rules(template)] == [5, 5, 1]
    assert len(template.find_resources("AWS::Lambda::Permission")) == 3
    template.resource_count_is("AWS::SQS::Queue", 1)


def test_a_pattern_of_the_longest_arns_is_not_too_long(declared: Any) -> None:
    experiment = declared.experiment()
    for number in range(5):
        experiment.end_on(f"arn:aws-us-gov:cloudwatch:us-gov-west-1:111122223333:alarm:{'x' * 254}{number}")

    (rule,) = rules(declared.template)
    assert len(json.dumps(rule["EventPattern"])) <= 2048


@pytest.mark.parametrize("character", ["x", '"', "\\", "é"])
def test_the_longest_inputs_are_not_too_long(declared: Any, character: str) -> None:
    experiment = declared.experiment()
    for number in range(5):
        arn = f"arn:aws-us-gov:cloudwatch:us-gov-west-1:111122223333:alarm:{character * 254}{number}"
        experiment.end_on(arn, character * 1024)

    ids = {"AWS::StackId": "s" * 300, RESOURCE_TYPE: "p" * 63}
    found = []
    for rule in rules(declared.template):
        told = event(
            declared.template, rule, **{**ids, **dict.fromkeys(declared.template.to_json()["Resources"], "p" * 63)}
        )
        assert len(json.dumps(told, ensure_ascii=False)) <= 8192
        found += [each["Arn"][-1] for each in told["Alarms"]]
    assert found == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("name", ['say "slow"', "a\\b"])
def test_a_name_that_is_no_json_is_refused(declared: Any, name: str) -> None:
    """As part of an ARN that only CloudFormation knows. A literal ARN may have such a name."""
    metric = aws_cloudwatch.Metric(namespace="Shop", metric_name="Errors")
    alarm = aws_cloudwatch.Alarm(
        declared.stack, "Alarm", alarm_name=name, metric=metric, threshold=1, evaluation_periods=1
    )
    experiment = declared.experiment()

    with pytest.raises(InvalidExperimentError, match="must have no quotation mark and no backslash in it"):
        experiment.end_on(alarm)

    experiment.end_on(f"{ARN}{name}")
    (rule,) = rules(declared.template)
    resources = declared.template.to_json()["Resources"]
    assert event(declared.template, rule, **dict.fromkeys(resources, "x"))["Alarms"] == [{"Arn": f"{ARN}{name}"}]


def test_stacks_may_share_a_provider(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    stacks = [Stack(declared.app, f"Sharing{number}") for number in range(2)]
    for stack in stacks:
        experiment = declared.experiment_in(stack, "Test", provider=provider)
        experiment.end_on(experiment.alarm_shadow_latency(stack, "Slow"))

    declared.app.synth()

    for stack in stacks:
        template = Template.from_stack(stack)
        assert len(rules(template)) == 1
        template.resource_count_is("AWS::Lambda::Permission", 1)
    declared.template.resource_count_is("AWS::SQS::Queue", 1)
    declared.template.resource_count_is("AWS::Events::Rule", 0)


def test_a_provider_for_templates_serves_guardrails_if_it_is_told_to(declared: Any) -> None:
    provider = InferenceExperimentProvider(declared.stack, "Provider")
    provider.serve_templates(declared.role)
    assert provider.dead_letter_queue is None

    provider.serve_templates(declared.role, guardrails=True)

    declared.template.resource_count_is("AWS::SQS::Queue", 1)


def test_alarms_on_what_has_failed(declared: Any) -> None:
    provider = declared.experiment().provider
    provider.alarm_errors(declared.stack, "Errors", evaluation_periods=2)
    provider.alarm_dead_letters(declared.stack, "DeadLetters")

    alarms = {
        each["Properties"]["MetricName"]: each["Properties"]
        for each in declared.template.find_resources("AWS::CloudWatch::Alarm").values()
    }
    assert {name: each["Threshold"] for name, each in alarms.items()} == {
        "Errors": 1,
        "ApproximateNumberOfMessagesVisible": 1,
    }
    assert {each["ComparisonOperator"] for each in alarms.values()} == {"GreaterThanOrEqualToThreshold"}
    assert alarms["Errors"]["EvaluationPeriods"] == 2


# Alarms as constructs and references.


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

    (rule,) = rules(declared_in_dublin.template)
    assert len(rule["EventPattern"]["resources"]) == 1


# What is refused.

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


def test_an_imported_experiment_is_refused(declared: Any) -> None:
    imported: Any = InferenceExperiment.from_experiment_name(declared.stack, "Imported", "ranking")

    with pytest.raises(ValueError, match="Demo/Imported is imported, so no alarm can end it here: call end_on where"):
        imported.end_on(ARN)


# Customized roles.


def test_a_customized_role_is_told_what_a_guardrail_needs(tmp_path: Any) -> None:
    app = App(outdir=str(tmp_path))
    stack = Stack(app, "Demo")
    aws_iam.Role.customize_roles(stack)
    role = aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/sagemaker-execution")
    provider = InferenceExperimentProvider(stack, "Provider")
    provider.serve_templates(role, guardrails=True)

    app.synth()

    report = (tmp_path / "iam-policy-report.json").read_text()
    assert "cloudwatch:DescribeAlarms" in report
    assert "sqs:SendMessage" in report
