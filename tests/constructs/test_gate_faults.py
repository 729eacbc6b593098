"""A gate: what is refused at synth, in the words that were typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest
from aws_cdk import CfnParameter, Duration, Environment, Stack
from aws_cdk.aws_cloudwatch import Alarm, AlarmRule, CompositeAlarm
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec.parser import faults_in
from inference_experiment_handler.spec.reader import Fault
from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    Gate,
    OnDelete,
    VariantAction,
)
from sagemaker_inference_experiment._parameters import in_parameters
from simulation.declarations import declared as sent
from tests.support.gates import LATENCY, METRIC, TRAFFIC, alarm_in, faults_of, promoting


def test_all_that_is_wrong_is_said_at_once_in_the_words_that_were_typed(declared: Any) -> None:
    by_arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x"

    said = faults_of(
        declared,
        **promoting(
            Criterion.traffic(min_invocations=0),
            Criterion.latency(statistic="Average"),
            Criterion.latency(statistic="p99", max_ratio=0, max=Duration.hours(2)),
            Criterion.error_rate(metric_name="Errors", max=float("nan")),
            Criterion.metric(**METRIC, dimensions={"a.b": ""}, min=1, max=0),
            Criterion.metric(**METRIC | {"metric_name": "Clicks"}),
            Criterion.alarms(Alarm.from_alarm_name(declared.stack, "Named", by_arn)),
            Criterion.alarms(),
            Criterion.running(at_least=Duration.seconds(1), enforce=cast("Any", "no")),
            TRAFFIC,
            TRAFFIC,
            window=Duration.minutes(4),
            patience=Duration.hours(2),
        ),
    )

    at = "conclusion.only_if.criteria"
    assert said == [
        "conclusion.only_if.window (Window) is PT4M, must be from PT5M to P30D",
        "conclusion.only_if.patience (Patience) is PT2H, must be from PT0S to PT1H",
        f"{at}[0].min_invocations (MinInvocations) is 0, must be an integer from 1 to 1000000000",
        f"{at}[1].statistic (Statistic) is 'Average', must be a percentile from p0.1 to p99.9, such as p50 or p99",
        f"{at}[1].max_ratio (MaxRatio) is missing: without max_ratio or max, the criterion has no limit",
        f"{at}[2].max_ratio (MaxRatio) is 0, must be a number greater than 0, up to 1,000",
        f"{at}[2].max (Max) is 7200000, must be a number greater than 0, up to 3,600,000",
        f"{at}[3].metric_name (MetricName) is 'Errors', must be InvocationModelErrors, Invocation4XXErrors or "
        "Invocation5XXErrors",
        f"{at}[3].max (Max) is nan, must be a number greater than 0, up to 100",
        f"{at}[4].dimensions['a.b'] (Dimensions) is '', must be 1 to 1024 characters",
        f"{at}[4].min (Min) is 1, must not be above max, 0",
        f"{at}[5].min (Min) is missing: without min or max, the criterion has no limit",
        f"{at}[6].alarms[0] (AlarmNames) is '{by_arn}', must be 1 to 255 characters, the alarm's name and not its ARN",
        f"{at}[7].alarms (AlarmNames) is [], must be a list of 1 to 100 strings",
        f"{at}[8].at_least (AtLeast) is PT1S, must be from PT1M to P30D",
        f"{at}[8].enforce (Enforce) is 'no', must be true or false",
        f"{at}[10] (Type) repeats 'Traffic' of {at}[9]",
    ]


def test_what_repeats_another_criterion_is_named_with_it(declared: Any) -> None:
    assert faults_of(declared, promote_if=Gate(criteria=[LATENCY, LATENCY])) == [
        "promote_if.criteria[1].statistic (Statistic) repeats 'p99' of promote_if.criteria[0]"
    ]


def test_the_same_alarm_is_found_however_it_is_given(declared: Any) -> None:
    stack = declared.stack
    own = CompositeAlarm(stack, "Own", alarm_rule=AlarmRule.from_boolean(True))
    another = CompositeAlarm(stack, "Another", alarm_rule=AlarmRule.from_boolean(True))
    named = Alarm.from_alarm_name(stack, "Named", "slow")
    by_arn = Alarm.from_alarm_arn(stack, "ByArn", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow")

    assert faults_of(
        declared,
        promote_if=Gate(criteria=[Criterion.alarms(own, another, own), Criterion.alarms(named, by_arn, another)]),
    ) == [
        "promote_if.criteria[1].alarms (AlarmNames) has 'slow' more than once",
        "promote_if.criteria[0].alarms[2] is the same alarm as promote_if.criteria[0].alarms[0], must be another one",
        "promote_if.criteria[1].alarms[2] is the same alarm as promote_if.criteria[0].alarms[1], must be another one",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"promote_if": TRAFFIC},
            "promote_if is Traffic(min_invocations=20000, enforce=True), must be a Gate, such as",
        ),
        ({"conclusion": Conclusion.promote_shadow(only_if=cast("Any", 5))}, "conclusion.only_if is 5, must be a Gate"),
        ({"promote_if": Gate(criteria=cast("Any", None))}, "promote_if.criteria is None, must be a list of criteria"),
        ({"promote_if": Gate(criteria=[cast("Any", 1)])}, "promote_if.criteria is [1], must be a list of criteria"),
        (
            {"promote_if": Gate(criteria=[TRAFFIC], window=cast("Any", "P1D"))},
            "promote_if.window is 'P1D', must be an aws_cdk.Duration, such as Duration.hours(24)",
        ),
        (
            promoting(TRAFFIC, Criterion.latency(statistic="p99", max=cast("Any", 250))),
            "conclusion.only_if.criteria[1].max is 250, must be an aws_cdk.Duration, such as Duration.millis(250)",
        ),
        (
            promoting(Criterion.running(at_least=cast("Any", None))),
            "conclusion.only_if.criteria[0].at_least is None, must be an aws_cdk.Duration",
        ),
        (
            promoting(Criterion.alarms(cast("Any", "slow"))),
            "conclusion.only_if.criteria[0].alarms is ('slow',), must be alarms, such as Alarm.from_alarm_name(self, ",
        ),
    ],
)
def test_what_is_given_where_something_else_has_to_be_is_said_with_the_way_out(
    declared: Any, given: dict[str, Any], words: str
) -> None:
    (fault,) = faults_of(declared, **given)

    assert fault.startswith(words)


WRONG: Any = 5
"""Neither a duration, nor an alarm, nor a criterion."""


def test_a_wrong_type_hides_no_other_fault_of_the_gate(declared: Any) -> None:
    named = Alarm.from_alarm_name(declared.stack, "Named", "slow")
    gate = Gate(
        criteria=[
            Criterion.traffic(min_invocations=cast("Any", "abc")),
            Criterion.latency(statistic=cast("Any", 99), max_ratio=cast("Any", "x"), max=WRONG),
            Criterion.error_rate(max=cast("Any", "x")),
            WRONG,
            Criterion.metric(namespace=cast("Any", 1), metric_name="A", statistic="sum", min=cast("Any", "a")),
            Criterion.running(at_least=WRONG),
            Criterion.metric(**METRIC, max=1, dimensions=cast("Any", {1: "a", "b": 2})),
            Criterion.alarms(named, WRONG, WRONG, named),
        ],
        window=WRONG,
        patience=Duration.hours(2),
    )

    faults = faults_of(declared, promote_if=gate, **promoting(*gate.criteria, window=WRONG, patience=gate.patience))

    at = "promote_if.criteria"
    assert [fault.partition(" is ")[0] for fault in faults if fault.startswith("promote_if")] == [
        at,
        f"{at}[1].max",
        f"{at}[5].at_least",
        f"{at}[7].alarms",
        "promote_if.window",
        "promote_if.patience (Patience)",
        f"{at}[0].min_invocations (MinInvocations)",
        f"{at}[1].statistic (Statistic)",
        f"{at}[1].max_ratio (MaxRatio)",
        f"{at}[2].max (Max)",
        f"{at}[4].namespace (Namespace)",
        f"{at}[4].statistic (Statistic)",
        f"{at}[4].min (Min)",
        f"{at}[6].dimensions (Dimensions) has the key 1, must have keys of 1 to 255 characters, not a colon first",
        f"{at}[6].dimensions['b'] (Dimensions)",
        f"{at}[7].alarms (AlarmNames) has 'slow' more than once",
    ]
    assert not any("is another Gate" in fault for fault in faults)


def test_an_empty_gate_is_refused(declared: Any) -> None:
    assert faults_of(declared, promote_if=Gate(criteria=[])) == [
        "promote_if.criteria (Criteria) has 0 entries, must be a list of 1 to 20 entries"
    ]


def test_two_different_gates_are_refused(declared: Any) -> None:
    assert faults_of(declared, promote_if=Gate(criteria=[TRAFFIC]), **promoting(LATENCY)) == [
        "conclusion.only_if is another Gate than promote_if, must be the same or omitted"
    ]


def test_deleting_takes_no_gate(declared: Any) -> None:
    promotes = promoting(TRAFFIC)["conclusion"]

    assert faults_of(declared, on_delete=OnDelete(conclusion=promotes)) == [
        "on_delete.conclusion.only_if (PromoteIf) is given, must be omitted: a Delete must not fail because of "
        "metrics, so it does not wait for any. Give promote_if or conclusion.only_if"
    ]


def test_what_promotes_nothing_takes_no_gate(declared: Any) -> None:
    conclusion = Conclusion(shadow=VariantAction.RETAIN, only_if=Gate(criteria=[TRAFFIC]))

    assert faults_of(declared, conclusion=conclusion) == [
        "conclusion.only_if is given, must be omitted if conclusion.shadow is 'Retain': it is for a promotion"
    ]


def test_durations_that_are_tokens_have_a_unit_that_a_template_can_tell(declared: Any) -> None:
    number = CfnParameter(declared.stack, "Number", type="Number").value_as_number

    assert faults_of(
        declared,
        **promoting(
            Criterion.running(at_least=Duration.millis(number)),
            Criterion.latency(statistic="p99", max=Duration.seconds(number)),
            window=Duration.millis(number),
        ),
    ) == [
        "conclusion.only_if.window is a token in millis, must be in days, hours, minutes or seconds",
        "conclusion.only_if.criteria[0].at_least is a token in millis, must be in days, hours, minutes or seconds",
        "conclusion.only_if.criteria[1].max is a token in seconds, must be in millis",
    ]


HERE = {"account": "111122223333", "region": "eu-west-1"}
ALARMS: dict[str, Callable[[Any, dict[str, str]], Any]] = {
    "a construct": lambda declared, place: alarm_in(
        Stack(declared.app, "Elsewhere", env=Environment(**place), cross_region_references=True)
    ),
    "imported": lambda declared, place: Alarm.from_alarm_arn(
        declared.stack, "Imported", f"arn:aws:cloudwatch:{place['region']}:{place['account']}:alarm:slow"
    ),
}


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
@pytest.mark.parametrize("what", ["account", "region"])
def test_an_alarm_of_another_place_is_refused(
    declared_in_dublin: Any, alarm: Callable[[Any, dict[str, str]], Any], what: str
) -> None:
    there = {"account": "222222222222", "region": "us-east-1"}[what]

    (fault,) = faults_of(
        declared_in_dublin, **promoting(Criterion.alarms(alarm(declared_in_dublin, HERE | {what: there})))
    )

    parameter = "conclusion.only_if.criteria[0].alarms[0]"
    assert fault == (
        f"{parameter} is in {what} {there!r}, must be in the experiment's {what}, {HERE[what]!r}: declare the "
        f"experiment in a stack in {what} {there!r}, or give another {parameter}"
    )


@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_an_alarm_of_the_same_place_passes(
    declared_in_dublin: Any, alarm: Callable[[Any, dict[str, str]], Any]
) -> None:
    assert declared_in_dublin.experiment(**promoting(Criterion.alarms(alarm(declared_in_dublin, HERE))))


OPTIONAL: dict[str, Any] = {"enforce": st.sampled_from([True, False, "true", "maybe", 3])}
NUMBERS = st.sampled_from([None, 0, 1, -1, 0.5, 101, 10**9, "0.1", "many", float("inf")])
TEXTS = st.sampled_from(["", "p99", "p100", "Average", ":x", "Invocations", "x" * 300])
DIMENSIONS = st.none() | st.dictionaries(TEXTS, TEXTS, max_size=3)
CRITERIA = st.one_of(
    st.builds(Criterion.traffic, min_invocations=NUMBERS, **OPTIONAL),
    st.builds(Criterion.latency, statistic=TEXTS, max_ratio=NUMBERS, **OPTIONAL),
    st.builds(Criterion.error_rate, metric_name=st.none() | TEXTS, max_increase=NUMBERS, max=NUMBERS, **OPTIONAL),
    st.builds(
        Criterion.metric,
        namespace=TEXTS,
        metric_name=TEXTS,
        dimensions=DIMENSIONS,
        statistic=TEXTS,
        min=NUMBERS,
        max=NUMBERS,
        **OPTIONAL,
    ),
    st.builds(Criterion.alarms, **OPTIONAL),
)


@given(criteria=st.lists(CRITERIA, max_size=22))
def test_each_fault_names_a_parameter_and_no_property(criteria: list[Criterion]) -> None:
    rendered = Gate(criteria=criteria)._render()

    for fault in gate_faults(rendered):
        (message,) = in_parameters([fault])
        parameter, _, problem = message.partition(" ")
        unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", problem.partition(") ")[2])
        assert re.match(r"promote_if\.criteria(\[\d+\](\.[a-z_]+(\[.*)?)?)?$", parameter), message
        assert not re.search(r"PromoteIf|\b(Criteria|Max|Min|[A-Z][a-z]+(Ratio|Increase|Names?))\b", unquoted), message


def gate_faults(rendered: Mapping[str, Any]) -> Sequence[Fault]:
    return faults_in(sent(PromoteIf=rendered), opaque=lambda _: False)
