"""The predefined alarms: when they are in ALARM, and when they are not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration
from aws_cdk.aws_cloudwatch import Alarm as CdkAlarm
from aws_cdk.aws_cloudwatch import ComparisonOperator, TreatMissingData

from local.cloudwatch.metric_math import Series, identifiers
from sagemaker_inference_experiment import InferenceExperiment
from tests.support.cloudwatch import Alarm, Data, evaluate
from tests.support.imported import NAMES, imported

GAP = None
STARTERS: dict[str, Callable[..., CdkAlarm]] = {
    "shadow error rate": InferenceExperiment.alarm_shadow_error_rate,
    "shadow latency": InferenceExperiment.alarm_shadow_latency,
    "shadow traffic": InferenceExperiment.alarm_shadow_traffic,
    "production error rate": InferenceExperiment.alarm_production_error_rate,
    "production latency": lambda *args, **options: InferenceExperiment.alarm_production_latency(
        *args, **{"threshold": Duration.millis(200), **options}
    ),
}

HEALTHY: dict[str, Series] = {
    "AllTraffic Invocations": [1000.0] * 3,
    "AllTraffic InvocationModelErrors": [20.0] * 3,
    "AllTraffic Invocation5XXErrors": [0.0] * 3,
    "AllTraffic ModelLatency": [100_000.0] * 3,
    "Shadow-01 Invocations": [100.0] * 3,
    "Shadow-01 InvocationModelErrors": [2.0] * 3,
    "Shadow-01 ModelLatency": [100_000.0] * 3,
    "Shadow-01 CPUUtilization": [15.0] * 3,
}
WITHOUT_A_SHADOW: dict[str, Series] = {name: [GAP] * 3 for name in HEALTHY if name.startswith("Shadow-01")}


def data(changes: Mapping[str, Series]) -> Data:
    known = HEALTHY | dict(changes)
    return lambda stat: known[f"{stat.variant_name} {stat.metric_name}"]


def made(declared: Any, starter: str, **options: Any) -> Alarm:
    STARTERS[starter](declared.experiment(), declared.stack, "Alarm", **options)
    (resource,) = declared.template.find_resources("AWS::CloudWatch::Alarm").values()
    return Alarm(resource["Properties"])


@pytest.mark.parametrize("starter", STARTERS)
def test_a_healthy_test_is_silent(declared: Any, starter: str) -> None:
    assert not made(declared, starter).rings(data({}))


@pytest.mark.parametrize(
    ("starter", "bad"),
    [
        ("shadow error rate", {"Shadow-01 InvocationModelErrors": [2.0, 10.0, 10.0]}),
        ("shadow latency", {"Shadow-01 ModelLatency": [130_000.0, 100_000.0, 130_000.0]}),
        ("shadow traffic", {"Shadow-01 Invocations": [GAP, GAP, GAP]}),
        ("production error rate", {"AllTraffic Invocation5XXErrors": [20.0, 20.0, 0.0]}),
        ("production latency", {"AllTraffic ModelLatency": [210_000.0, 210_000.0, 100_000.0]}),
    ],
    ids=STARTERS,
)
def test_it_rings_for_what_it_is_for(declared: Any, starter: str, bad: dict[str, Series]) -> None:
    ((name, values),) = bad.items()
    usual = HEALTHY[name][0]
    worst = next(value for value in values if value != usual)
    alarm = made(declared, starter)

    assert alarm.rings(data(bad))
    assert not alarm.rings(data({name: [usual, usual, worst]})), "one bad value may be chance"


@pytest.mark.parametrize("starter", STARTERS)
def test_before_and_after_the_test_it_is_silent(declared: Any, starter: str) -> None:
    assert not made(declared, starter).rings(data(WITHOUT_A_SHADOW))


@pytest.mark.parametrize("starter", STARTERS)
def test_without_any_data_it_is_silent(declared: Any, starter: str) -> None:
    assert not made(declared, starter).rings(lambda _: [GAP] * 3)


def test_what_fails_in_both_is_not_the_shadows_fault(declared: Any) -> None:
    alarm = made(declared, "shadow error rate")

    assert not alarm.rings(
        data(
            {
                "AllTraffic InvocationModelErrors": [300.0] * 3,
                "Shadow-01 InvocationModelErrors": [30.0] * 3,
            }
        )
    )


def test_a_shadow_that_is_to_get_next_to_nothing_is_not_judged(declared: Any) -> None:
    alarm = made(declared, "shadow traffic")

    # 99 requests, 10 % of them: 9.9 are expected, and chance may leave none.
    assert not alarm.rings(data({"AllTraffic Invocations": [99.0] * 3, "Shadow-01 Invocations": [GAP] * 3}))
    assert alarm.rings(data({"AllTraffic Invocations": [100.0] * 3, "Shadow-01 Invocations": [GAP] * 3}))


def test_a_shadow_that_never_got_a_request_is_noticed_whatever_fill_makes_of_that(declared: Any) -> None:
    never = data({"Shadow-01 Invocations": [GAP] * 3})

    assert made(declared, "shadow traffic").rings(never)
    with pytest.raises(AssertionError, match="hangs on what becomes of a metric without any data"):
        evaluate("FILL(got, 0)", {"got": [GAP] * 3})


def test_without_a_known_sampling_1_percent_is_expected(declared: Any) -> None:
    imported(declared.stack, **NAMES).alarm_shadow_traffic(declared.stack, "Alarm")
    (resource,) = declared.template.find_resources("AWS::CloudWatch::Alarm").values()
    alarm = Alarm(resource["Properties"])

    assert not alarm.rings(data({"AllTraffic Invocations": [999.0] * 3, "Shadow-01 Invocations": [GAP] * 3}))
    assert alarm.rings(data({"AllTraffic Invocations": [1000.0] * 3, "Shadow-01 Invocations": [GAP] * 3}))


@pytest.mark.parametrize("starter", STARTERS)
def test_every_option_is_the_callers(declared: Any, starter: str) -> None:
    properties = made(
        declared,
        starter,
        alarm_name="mine",
        alarm_description="my own",
        actions_enabled=False,
        comparison_operator=ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=5,
        datapoints_to_alarm=4,
        treat_missing_data=TreatMissingData.IGNORE,
        period=Duration.minutes(1),
        threshold=Duration.seconds(7) if starter == "production latency" else 7,
    ).properties

    metric_periods = {
        each["MetricStat"]["Period"] for each in properties.get("Metrics", []) if "MetricStat" in each
    } or {properties["Period"]}
    assert metric_periods == {60}
    shown = {name: properties[name] for name in properties if name not in ("Metrics", "MetricName", "Namespace")}
    assert (
        shown
        | {
            "AlarmName": "mine",
            "AlarmDescription": "my own",
            "ActionsEnabled": False,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "EvaluationPeriods": 5,
            "DatapointsToAlarm": 4,
            "TreatMissingData": "ignore",
            "Threshold": 7_000_000 if starter == "production latency" else 7,
        }
        == shown
    )


def test_a_latency_that_is_known_at_deployment_cannot_be_converted(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Slow", type="Number").value_as_number

    with pytest.raises(ValueError, match=r"Demo/ShadowTest: threshold is a token, must be a literal .* in microsec"):
        made(declared, "production latency", threshold=Duration.millis(number))


@pytest.mark.parametrize("starter", ["shadow error rate", "shadow latency", "shadow traffic"])
def test_other_thresholds_may_be_known_at_deployment(declared: Any, starter: str) -> None:
    number = CfnParameter(declared.stack, "Much", type="Number").value_as_number

    assert made(declared, starter, threshold=number).properties["Threshold"] == {"Ref": "Much"}


@pytest.mark.parametrize("starter", STARTERS)
def test_another_number_of_periods_brings_its_own_count(declared: Any, starter: str) -> None:
    properties = made(declared, starter, evaluation_periods=1).properties

    assert properties["EvaluationPeriods"] == 1
    assert "DatapointsToAlarm" not in properties


@pytest.mark.parametrize(
    ("starter", "options", "watched"),
    [
        ("shadow error rate", {"metric_name": "Invocation4XXErrors"}, "Invocation4XXErrors"),
        ("shadow latency", {"statistic": "p99"}, "p99"),
        ("production error rate", {"metric_name": "InvocationModelErrors"}, "InvocationModelErrors"),
        ("production latency", {"statistic": "p50"}, "p50"),
    ],
)
def test_what_is_watched_can_be_chosen(declared: Any, starter: str, options: dict[str, str], watched: str) -> None:
    assert watched in str(made(declared, starter, **options).properties)


def test_the_description_says_what_is_wrong(declared: Any) -> None:
    descriptions = []
    for number, starter in enumerate(STARTERS.values()):
        starter(declared.experiment(f"Test{number}"), declared.stack, f"Alarm{number}")
    for resource in declared.template.find_resources("AWS::CloudWatch::Alarm").values():
        descriptions.append(resource["Properties"]["AlarmDescription"])

    assert sorted(descriptions) == sorted(
        f"Shadow test on endpoint shop: the {what}"
        for what in (
            "shadow variant's error rate exceeds production's by more than 1 percentage points",
            "shadow variant's p90 latency is more than 1.2 times production's",
            "shadow variant gets no requests although production does",
            "production variant's error rate is more than 1 %",
            "production variant's p90 latency is more than 200 ms",
        )
    )


@pytest.mark.parametrize("starter", STARTERS)
def test_every_expression_refers_to_what_the_alarm_defines(declared: Any, starter: str) -> None:
    alarm = made(declared, starter)

    used = set().union(*(identifiers(expression) for expression in alarm.expressions.values()))

    assert used <= alarm.ids
    assert len(alarm.ids) <= 10, "CloudWatch's limit for an alarm on metric math"
