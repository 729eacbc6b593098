"""An alarm ends a test: the rule, and what the function may do for it."""

import json
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_cloudwatch, aws_iam
from aws_cdk.assertions import Template

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


def test_an_imported_experiment_is_refused(declared: Any) -> None:
    imported: Any = InferenceExperiment.from_experiment_name(declared.stack, "Imported", "ranking")

    with pytest.raises(ValueError, match="Demo/Imported is imported, so no alarm can end it here: call end_on where"):
        imported.end_on(ARN)


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
