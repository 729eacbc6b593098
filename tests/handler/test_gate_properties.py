"""``PromoteIf``: what it means, and what is wrong with it, all at once."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.plan.last_applied import digests_of
from inference_experiment_handler.spec.gate import Alarms, ErrorRate, Gate, Latency, Metric, Running, Traffic
from inference_experiment_handler.spec.parser import InvalidPropertiesError, faults_in, parse
from simulation.cloudformation import as_sent
from simulation.declarations import PROMOTE, declared
from tests.support.situations import desired_of

METRIC = {"Type": "Metric", "Namespace": "Shop", "MetricName": "Agreement", "Statistic": "Average", "Min": 0.98}
LATENCY = {"Type": "Latency", "Statistic": "p99", "MaxRatio": 1.1}
WHOLE = {
    "Window": "P1D",
    "Patience": "PT30M",
    "Criteria": [
        {"Type": "Traffic", "MinInvocations": 20000},
        LATENCY,
        {"Type": "Latency", "Statistic": "p99.9", "Max": 250, "Enforce": False},
        {"Type": "ErrorRate", "MaxIncrease": 0.1},
        {"Type": "ErrorRate", "MetricName": "Invocation5XXErrors", "Max": 1, "MaxIncrease": 0},
        METRIC | {"Max": 1e3, "Dimensions": {"Stage": "beta", "Model": "ranking.2025"}},
        {"Type": "Alarms", "AlarmNames": ["too slow", "too many"]},
        {"Type": "Running", "AtLeast": "P2D", "Enforce": "false"},
    ],
}


def gate(*criteria: Any, **changes: Any) -> dict[str, Any]:
    return declared(PromoteIf={"Criteria": list(criteria), **changes})


def faults_of(properties: dict[str, Any]) -> list[str]:
    return [str(fault) for fault in faults_in(as_sent(properties), opaque=lambda _: False)]


@pytest.mark.parametrize("sent", [dict, as_sent], ids=["as written", "as CloudFormation sends it"])
def test_a_gate_is_read(sent: Any) -> None:
    assert parse(sent(declared(PromoteIf=WHOLE))).promote_if == Gate(
        window=timedelta(days=1),
        patience=timedelta(minutes=30),
        criteria=(
            Traffic(min_invocations=20000),
            Latency(statistic="p99", max_ratio=1.1),
            Latency(statistic="p99.9", max=250, enforce=False),
            ErrorRate(metric_name="InvocationModelErrors", max_increase=0.1),
            ErrorRate(metric_name="Invocation5XXErrors", max=1, max_increase=0),
            Metric(
                namespace="Shop",
                metric_name="Agreement",
                statistic="Average",
                dimensions=(("Model", "ranking.2025"), ("Stage", "beta")),
                min=0.98,
                max=1000,
            ),
            Alarms(alarm_names=("too slow", "too many")),
            Running(at_least=timedelta(days=2), enforce=False),
        ),
    )


def test_the_window_is_the_whole_test_and_nothing_is_waited_for_by_default() -> None:
    read = parse(gate(LATENCY)).promote_if

    assert read == Gate((Latency(statistic="p99", max_ratio=1.1),), window=None, patience=timedelta(0))
    assert parse(declared()).promote_if is None


def test_a_gate_is_in_no_digest() -> None:
    concluded = {"DesiredState": "Completed", "ModelVariantActions": PROMOTE}
    with_gate, without = (declared(**concluded, **each) for each in ({"PromoteIf": WHOLE}, {}))

    assert digests_of(desired_of(with_gate)) == digests_of(desired_of(without))


BAD: list[tuple[dict[str, Any], list[str]]] = [
    (declared(PromoteIf="P1D"), ["PromoteIf is 'P1D', must be a map of properties"]),
    (declared(PromoteIf={}), ["PromoteIf.Criteria is missing"]),
    (gate(), ["PromoteIf.Criteria has 0 entries, must be a list of 1 to 20 entries"]),
    (
        gate(*[LATENCY | {"Statistic": f"p{50 + n}"} for n in range(21)]),
        ["PromoteIf.Criteria has 21 entries, must be a list of 1 to 20 entries"],
    ),
    (gate("fast"), ["PromoteIf.Criteria[0] is 'fast', must be a map of properties"]),
    (gate({}), ["PromoteIf.Criteria[0].Type is missing"]),
    (
        gate({"Type": "Latencies", "Statistic": "p99"}),
        [
            "PromoteIf.Criteria[0].Type is 'Latencies', must be Traffic, Latency, ErrorRate, Metric, Alarms or "
            "Running, did you mean Latency?"
        ],
    ),
    (
        gate({"Type": "Traffic", "MinInvocations": 5, "MaxRatio": 2}),
        [
            "PromoteIf.Criteria[0].MaxRatio is not a property of a criterion of Type Traffic, must be one of Enforce, "
            "MinInvocations, Type"
        ],
    ),
    (gate(LATENCY, Widnow="P1D"), ["PromoteIf.Widnow is not a property, did you mean Window?"]),
    (gate(LATENCY, Window="PT4M"), ["PromoteIf.Window is PT4M, must be from PT5M to P30D"]),
    (gate(LATENCY, Window="P31D"), ["PromoteIf.Window is P31D, must be from PT5M to P30D"]),
    (gate(LATENCY, Window="1 day"), ["PromoteIf.Window is '1 day', must be an ISO 8601 duration such as P7D or PT36H"]),
    (gate(LATENCY, Patience="PT61M"), ["PromoteIf.Patience is PT1H1M, must be from PT0S to PT1H"]),
    (gate({"Type": "Traffic"}), ["PromoteIf.Criteria[0].MinInvocations is missing"]),
    (
        gate({"Type": "Traffic", "MinInvocations": 0}),
        ["PromoteIf.Criteria[0].MinInvocations is '0', must be an integer from 1 to 1000000000"],
    ),
    (
        gate({"Type": "Latency", "Statistic": "p99"}),
        ["PromoteIf.Criteria[0].MaxRatio is missing: without MaxRatio or Max, the criterion has no limit"],
    ),
    (
        gate({"Type": "ErrorRate"}),
        ["PromoteIf.Criteria[0].MaxIncrease is missing: without MaxIncrease or Max, the criterion has no limit"],
    ),
    (
        gate({key: value for key, value in METRIC.items() if key != "Min"}),
        ["PromoteIf.Criteria[0].Min is missing: without Min or Max, the criterion has no limit"],
    ),
    (gate(METRIC | {"Max": 0.5}), ["PromoteIf.Criteria[0].Min is 0.98, must not be above Max, 0.5"]),
    (
        gate(*(LATENCY | {"Statistic": each} for each in ("p0", "p100", "p99.99", "99", "Average"))),
        [
            f"PromoteIf.Criteria[{at}].Statistic is '{each}', must be a percentile from p0.1 to p99.9, such as p50 or "
            "p99"
            for at, each in enumerate(("p0", "p100", "p99.99", "99", "Average"))
        ],
    ),
    (
        gate(METRIC | {"Statistic": "Median"}),
        [
            "PromoteIf.Criteria[0].Statistic is 'Median', must be Average, Sum, Minimum, Maximum, SampleCount, or a "
            "percentile from p0.1 to p99.9, such as p50 or p99"
        ],
    ),
    (
        gate(LATENCY | {"MaxRatio": 0, "Max": -5}),
        [
            "PromoteIf.Criteria[0].MaxRatio is '0', must be a number greater than 0, up to 1,000",
            "PromoteIf.Criteria[0].Max is '-5', must be a number greater than 0, up to 3,600,000",
        ],
    ),
    (
        gate({"Type": "ErrorRate", "MaxIncrease": -1, "Max": 101}),
        [
            "PromoteIf.Criteria[0].MaxIncrease is '-1', must be a number from 0 to 100",
            "PromoteIf.Criteria[0].Max is '101', must be a number greater than 0, up to 100",
        ],
    ),
    (
        gate({"Type": "ErrorRate", "MetricName": "Errors", "Max": 1}),
        [
            "PromoteIf.Criteria[0].MetricName is 'Errors', must be InvocationModelErrors, Invocation4XXErrors or "
            "Invocation5XXErrors"
        ],
    ),
    *(
        (gate(METRIC | {"Min": each}), [f"PromoteIf.Criteria[0].Min is '{each}', must be a number"])
        for each in ("nan", "inf", "-Infinity", "1e999", "1_000", "0x10", "high", "true", "", "٣")
    ),
    (
        gate(METRIC | {"Dimensions": "Stage=beta"}),
        ["PromoteIf.Criteria[0].Dimensions is 'Stage=beta', must be a map of up to 30 strings"],
    ),
    (
        gate(METRIC | {"Dimensions": {":x": "beta", "Stage": ""}}),
        [
            "PromoteIf.Criteria[0].Dimensions has the key ':x', must have keys of 1 to 255 characters, not a colon "
            "first",
            "PromoteIf.Criteria[0].Dimensions.Stage is '', must be 1 to 1024 characters",
        ],
    ),
    (
        gate({"Type": "Alarms", "AlarmNames": []}),
        ["PromoteIf.Criteria[0].AlarmNames is [], must be a list of 1 to 100 strings"],
    ),
    (
        gate({"Type": "Alarms", "AlarmNames": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:x"]}),
        [
            "PromoteIf.Criteria[0].AlarmNames[0] is 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:x', must be 1 to "
            "255 characters, the alarm's name and not its ARN"
        ],
    ),
    (gate({"Type": "Alarms"}), ["PromoteIf.Criteria[0].AlarmNames is missing"]),
    (gate({"Type": "Running"}), ["PromoteIf.Criteria[0].AtLeast is missing"]),
    (
        gate({"Type": "Running", "AtLeast": "P31D"}),
        ["PromoteIf.Criteria[0].AtLeast is P31D, must be from PT1M to P30D"],
    ),
    (
        gate(LATENCY | {"Enforce": "no"}),
        ["PromoteIf.Criteria[0].Enforce is 'no', must be true or false"],
    ),
    (
        gate(
            LATENCY,
            LATENCY | {"Max": 5},
            {"Type": "Traffic", "MinInvocations": 1},
            {"Type": "Traffic", "MinInvocations": 2},
            {"Type": "ErrorRate", "Max": 1},
            {"Type": "ErrorRate", "MetricName": "InvocationModelErrors", "Max": 2},
            METRIC,
            METRIC | {"Min": 0},
            METRIC | {"Dimensions": {"Stage": "beta"}},
            METRIC | {"Statistic": "Maximum"},
            {"Type": "Alarms", "AlarmNames": ["a", "b", "b", "b"]},
            {"Type": "Alarms", "AlarmNames": ["b", "c"]},
            {"Type": "Latency", "Statistic": "p99.0", "Max": 9},
            METRIC | {"Statistic": "p90"},
            METRIC | {"Statistic": "p90.0"},
        ),
        [
            "PromoteIf.Criteria[1].Statistic repeats 'p99' of PromoteIf.Criteria[0]",
            "PromoteIf.Criteria[3].Type repeats 'Traffic' of PromoteIf.Criteria[2]",
            "PromoteIf.Criteria[5].MetricName repeats 'InvocationModelErrors' of PromoteIf.Criteria[4]",
            "PromoteIf.Criteria[7].MetricName repeats 'Agreement' of PromoteIf.Criteria[6]",
            "PromoteIf.Criteria[10].AlarmNames has 'b' more than once",
            "PromoteIf.Criteria[11].AlarmNames repeats 'b' of PromoteIf.Criteria[10]",
            "PromoteIf.Criteria[12].Statistic repeats 'p99' of PromoteIf.Criteria[0]",
            "PromoteIf.Criteria[14].MetricName repeats 'Agreement' of PromoteIf.Criteria[13]",
        ],
    ),
    (
        declared(OnDelete={"PromoteIf": WHOLE}),
        [
            "OnDelete.PromoteIf is given, must be omitted: a Delete must not fail because of metrics, so it does not "
            "wait for any. Give PromoteIf beside DesiredState"
        ],
    ),
]


@pytest.mark.parametrize(("properties", "faults"), BAD, ids=[faults[0][:70] for _, faults in BAD])
def test_what_is_wrong_is_named_with_what_is_allowed(properties: dict[str, Any], faults: list[str]) -> None:
    assert faults_of(properties) == faults


def test_all_faults_come_at_once() -> None:
    bad = [case["PromoteIf"] for case, _ in BAD if isinstance(case.get("PromoteIf"), dict)]
    criteria = [each for case in bad for each in case.get("Criteria", ()) if isinstance(each, dict)]
    for first in range(0, len(criteria), 10):
        together = criteria[first : first + 10]
        apart = [fault for each in together for fault in faults_of(gate(each))]

        faults = [fault for fault in faults_of(gate(*together)) if "repeats" not in fault]

        assert [fault.partition("]")[2] for fault in faults] == [fault.partition("]")[2] for fault in apart]


def test_a_test_of_no_criteria_that_decide_is_allowed() -> None:
    assert faults_of(gate(LATENCY | {"Enforce": False})) == []


SCALARS = st.sampled_from(
    ["", "p99", "Traffic", "Metric", "1", "-1", "1e9", "P1D", "PT5M", "true", "Average", ":", "x" * 300, None, 3, 0.5]
)
ENTRIES = st.dictionaries(
    st.sampled_from(sorted({key for each in WHOLE["Criteria"] for key in each})),  # type: ignore[attr-defined]
    SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2),
)


@given(st.lists(ENTRIES, max_size=4), st.dictionaries(st.sampled_from(["Window", "Patience"]), SCALARS))
def test_nonsense_is_refused_never_a_crash(criteria: list[dict[str, Any]], rest: dict[str, Any]) -> None:
    with suppress(InvalidPropertiesError):
        parsed = parse(as_sent(declared(PromoteIf={"Criteria": criteria, **rest}))).promote_if
        # Whatever is read is complete: a criterion that could not be read is not left out silently.
        assert parsed is not None
        assert len(parsed.criteria) == len(criteria)


def test_criteria_about_what_is_not_known_yet_do_not_repeat_each_other() -> None:
    def metrics(*tokens: str) -> list[dict[str, Any]]:
        return [METRIC | {"Dimensions": {"Stage": token}} for token in tokens]

    def alarms(*tokens: str) -> dict[str, Any]:
        return {"Type": "Alarms", "AlarmNames": list(tokens)}

    properties = gate(*metrics("${One}", "${Two}"), alarms("${One}", "${Two}"), alarms("${Three}"))
    assert faults_in(properties, opaque=lambda value: str(value).startswith("${")) == ()


def test_tokens_at_any_depth_pass() -> None:
    token = "${Token}"

    def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [path, *(each for key, child in inner for each in places(child, (*path, key)))]

    def replaced(value: Any, path: tuple[Any, ...]) -> Any:
        if not path:
            return token
        if isinstance(value, dict):
            return value | {path[0]: replaced(value[path[0]], path[1:])}
        return [replaced(each, path[1:]) if at == path[0] else each for at, each in enumerate(value)]

    for path in places(WHOLE):
        properties = declared(PromoteIf=replaced(WHOLE, path))
        assert faults_in(properties, opaque=lambda value: value == token) == (), path
