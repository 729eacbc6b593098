"""A gate: how it is rendered."""

from typing import Any, cast

import pytest
from aws_cdk import CfnParameter, Duration
from aws_cdk.aws_cloudwatch import Alarm, AlarmRule, AlarmState, CompositeAlarm, IAlarm

from inference_experiment_handler.spec.parser import parse
from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
)
from simulation.declarations import declared as sent
from tests.support.gates import LATENCY, METRIC, TRAFFIC, alarm_in, promoting


def test_each_type_of_criterion_is_rendered_with_what_is_given(declared: Any) -> None:
    alarm = alarm_in(declared.stack)
    composite = CompositeAlarm(
        declared.stack, "Composite", alarm_rule=AlarmRule.from_alarm(cast("IAlarm", alarm), AlarmState.ALARM)
    )
    properties = declared.rendered(
        **promoting(
            TRAFFIC,
            LATENCY,
            Criterion.latency(statistic="p50", max=Duration.seconds(0.25), enforce=False),
            Criterion.error_rate(max_increase=0.1),
            Criterion.error_rate(metric_name="Invocation5XXErrors", max=1),
            Criterion.metric(**METRIC, dimensions={"Stage": "beta"}, min=0.98, max=2),
            Criterion.alarms(cast("IAlarm", alarm), composite, Alarm.from_alarm_name(declared.stack, "Named", "slow")),
            Criterion.running(at_least=Duration.days(2), enforce=False),
            window=Duration.hours(24),
            patience=Duration.minutes(30),
        )
    )

    names = [declared.stack.resolve(each.alarm_name) for each in (alarm, composite)]
    assert properties["DesiredState"] == "Completed"
    assert properties["PromoteIf"] == {
        "Window": "P1D",
        "Patience": "PT30M",
        "Criteria": [
            {"Type": "Traffic", "MinInvocations": 20000},
            {"Type": "Latency", "Statistic": "p99", "MaxRatio": 1.1},
            {"Type": "Latency", "Statistic": "p50", "Max": 250, "Enforce": False},
            {"Type": "ErrorRate", "MaxIncrease": 0.1},
            {"Type": "ErrorRate", "MetricName": "Invocation5XXErrors", "Max": 1},
            {
                "Type": "Metric",
                "Namespace": "Shop",
                "MetricName": "Agreement",
                "Dimensions": {"Stage": "beta"},
                "Statistic": "Average",
                "Min": 0.98,
                "Max": 2,
            },
            {"Type": "Alarms", "AlarmNames": [*names, "slow"]},
            {"Type": "Running", "AtLeast": "P2D", "Enforce": False},
        ],
    }


def test_what_is_rendered_is_what_the_handler_reads(declared: Any) -> None:
    rendered = declared.rendered(promote_if=Gate(criteria=[TRAFFIC, LATENCY]))["PromoteIf"]

    gate = parse(sent(PromoteIf=rendered)).promote_if

    assert gate is not None
    assert [type(each).__name__ for each in gate.criteria] == ["Traffic", "Latency"]


def test_a_gate_may_be_declared_before_the_promotion(declared: Any) -> None:
    properties = declared.rendered(promote_if=Gate(criteria=[TRAFFIC]))

    assert properties["PromoteIf"] == {"Criteria": [{"Type": "Traffic", "MinInvocations": 20000}]}
    assert "DesiredState" not in properties


@pytest.mark.parametrize("other", [TRAFFIC, Criterion.traffic(min_invocations=20_000)], ids=["same", "equal"])
def test_a_gate_may_be_declared_twice_if_it_is_the_same(declared: Any, other: Criterion) -> None:
    gate = Gate(criteria=[TRAFFIC], window=Duration.days(1))
    again = Gate(criteria=(other,), window=Duration.days(1))

    properties = declared.rendered(promote_if=gate, conclusion=Conclusion.promote_shadow(only_if=again))

    assert properties["PromoteIf"]["Criteria"] == [{"Type": "Traffic", "MinInvocations": 20000}]


def test_numbers_may_come_as_text(declared: Any) -> None:
    as_text: Any = {"min": "-1e-3", "max": "2"}
    text: Any = {"traffic": "20000", "ratio": "1.1", "increase": "0.1"}
    rendered = declared.rendered(
        **promoting(
            Criterion.traffic(min_invocations=text["traffic"]),
            Criterion.latency(statistic="p99", max_ratio=text["ratio"]),
            Criterion.error_rate(max_increase=text["increase"]),
            Criterion.metric(**METRIC, **as_text),
        )
    )

    assert rendered == type(declared)().rendered(
        **promoting(
            TRAFFIC, LATENCY, Criterion.error_rate(max_increase=0.1), Criterion.metric(**METRIC, min=-0.001, max=2)
        )
    )


def test_tokens_pass_every_check(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number
    text = CfnParameter(declared.stack, "Text").value_as_string
    whole: Any = number
    properties = declared.rendered(
        **promoting(
            Criterion.traffic(min_invocations=whole),
            Criterion.latency(statistic=text, max_ratio=number, max=Duration.millis(number)),
            Criterion.error_rate(metric_name=text, max_increase=number, max=number),
            Criterion.metric(
                namespace=text, metric_name=text, statistic=text, dimensions={"Stage": text}, min=number, max=number
            ),
            Criterion.alarms(Alarm.from_alarm_name(declared.stack, "Named", text)),
            Criterion.running(at_least=Duration.hours(number)),
            window=Duration.days(number),
            patience=Duration.seconds(number),
        )
    )

    (gate, latency) = (properties["PromoteIf"], properties["PromoteIf"]["Criteria"][1])
    assert gate["Window"] == {"Fn::Join": ["", ["P", {"Ref": "Number"}, "D"]]}
    assert gate["Criteria"][5]["AtLeast"] == {"Fn::Join": ["", ["PT", {"Ref": "Number"}, "H"]]}
    assert latency == {
        "Type": "Latency",
        "Statistic": {"Ref": "Text"},
        "MaxRatio": {"Ref": "Number"},
        "Max": {"Ref": "Number"},
    }
