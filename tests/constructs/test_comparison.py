"""The shadow's metrics compared with production's, calculated as in CloudWatch."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack
from aws_cdk.aws_cloudwatch import Dashboard as CdkDashboard
from aws_cdk.aws_cloudwatch import GraphWidget, MathExpression, Metric
from hypothesis import given
from hypothesis import strategies as st

from local.cloudwatch.metric_math import Series, identifiers
from sagemaker_inference_experiment import ExperimentVariant, VariantComparison
from tests.support.cloudwatch import Alarm, Dashboard, evaluate

GAP = None


def comparison(sampling_percentage: float | None = 10) -> VariantComparison:
    stack = Stack(App(), "Demo")
    return VariantComparison(
        production=ExperimentVariant(scope=stack, role="production", endpoint_name="shop", variant_name="AllTraffic"),
        shadow=ExperimentVariant(scope=stack, role="shadow", endpoint_name="shop", variant_name="Shadow-01"),
        sampling_percentage=sampling_percentage,
    )


def value(expression: Any, **series: Series) -> Series:
    """The expression's value where production's and the shadow's metrics are these, by ``variant_metric``."""
    known = {}
    for id, metric in expression.using_metrics.items():
        if isinstance(metric, MathExpression):
            known[id] = value(metric, **series)
        else:
            assert isinstance(metric, Metric)
            known[id] = series["_".join(id.split("_")[:2])]
    return evaluate(expression.expression, known)


def test_a_difference_is_above_0_where_the_shadow_has_more() -> None:
    difference = comparison().difference("ModelLatency", statistic="p99")

    assert value(difference, production_ModelLatency=[100.0, 100.0], shadow_ModelLatency=[120.0, 90.0]) == [20.0, -10.0]
    assert difference.label == "ModelLatency p99: shadow - production"


def test_a_ratio_is_1_where_both_are_alike() -> None:
    ratio = comparison().ratio("ModelLatency", statistic="p90")

    assert value(ratio, production_ModelLatency=[100.0, 100.0], shadow_ModelLatency=[100.0, 120.0]) == [1.0, 1.2]
    assert ratio.label == "ModelLatency p90: shadow / production"


@pytest.mark.parametrize("how", ["difference", "ratio"])
def test_where_one_of_the_two_has_no_value_there_is_none(how: str) -> None:
    compared = getattr(comparison(), how)("CPUUtilization")

    result = value(compared, production_CPUUtilization=[GAP, 50.0, GAP], shadow_CPUUtilization=[50.0, GAP, GAP])

    assert result == [GAP, GAP, GAP]


def test_nothing_is_divided_by_0() -> None:
    ratio = comparison().ratio("GPUUtilization")

    assert value(ratio, production_GPUUtilization=[0.0, 10.0], shadow_GPUUtilization=[10.0, 0.0]) == [GAP, 0.0]


def test_a_sum_is_compared_with_the_sampled_part_of_productions() -> None:
    counts: dict[str, Series] = {"production_Invocations": [1000.0, 1000.0], "shadow_Invocations": [100.0, 50.0]}
    difference, ratio = comparison(10).difference("Invocations"), comparison(10).ratio("Invocations")

    assert value(difference, **counts) == [0.0, -50.0]
    assert value(ratio, **counts) == [1.0, 0.5]
    assert difference.label == "Invocations Sum: shadow - 10 % of production"
    assert ratio.label == "Invocations Sum: shadow / 10 % of production"


@pytest.mark.parametrize("statistic", ["Sum", "SampleCount", "n", "tc(1:)", "ts(:2)"])
def test_what_adds_up_over_requests_needs_the_sampling_percentage(statistic: str) -> None:
    assert "* 10 / 100" in comparison(10).difference("ModelLatency", statistic=statistic).expression

    for how in ("difference", "ratio"):
        with pytest.raises(ValueError, match=r"adds up over requests, .*: give .* sampling_percentage"):
            getattr(comparison(None), how)("ModelLatency", statistic=statistic)


@pytest.mark.parametrize("statistic", ["Average", "Maximum", "p99.9", "tm(10%:90%)", "iqm", "wm90"])
def test_what_does_not_add_up_compares_directly(statistic: str) -> None:
    assert "100" not in comparison(None).difference("ModelLatency", statistic=statistic).expression


@pytest.mark.parametrize("statistic", ["Sum", "SampleCount"])
@pytest.mark.parametrize("sampling_percentage", [10, None])
def test_what_adds_up_over_instances_and_time_compares_directly(
    statistic: str, sampling_percentage: int | None
) -> None:
    ratio = comparison(sampling_percentage).ratio("CPUUtilization", statistic=statistic)

    assert value(ratio, production_CPUUtilization=[300.0], shadow_CPUUtilization=[300.0]) == [1.0]
    assert ratio.label == f"CPUUtilization {statistic}: shadow / production"


def test_a_sampling_of_0_leaves_nothing_to_divide_by() -> None:
    ratio = comparison(0).ratio("Invocations")

    assert value(ratio, production_Invocations=[1000.0], shadow_Invocations=[0.0]) == [GAP]


def test_the_shadow_should_get_the_sampled_part() -> None:
    expected = comparison(10).expected_invocations()

    assert value(expected, production_Invocations=[1000.0, GAP, 0.0]) == [100.0, GAP, 0.0]
    assert expected.label == "10 % of production"
    with pytest.raises(ValueError, match="but the sampling percentage is not known: give another statistic"):
        comparison(None).expected_invocations()


def test_the_share_of_the_traffic_needs_nothing_to_be_known() -> None:
    share = comparison(None).traffic_share()

    shares = value(share, production_Invocations=[1000.0, 1000.0, 0.0, GAP], shadow_Invocations=[100.0, GAP, GAP, GAP])

    assert shares == [10.0, 0.0, GAP, GAP]


def test_error_rates_compare_in_percentage_points() -> None:
    difference = comparison().error_rate_difference("Invocation5XXErrors")

    points = value(
        difference,
        production_Invocations=[1000.0, 1000.0, 1000.0, GAP],
        production_Invocation5XXErrors=[10.0, GAP, 0.0, GAP],
        shadow_Invocations=[100.0, 100.0, GAP, GAP],
        shadow_Invocation5XXErrors=[3.0, 1.0, GAP, GAP],
    )

    assert points == [2.0, 1.0, GAP, GAP]
    assert difference.label == "Invocation5XXErrors %: shadow - production"


def test_the_callers_options_win() -> None:
    def of(expression: MathExpression) -> tuple[Any, ...]:
        assert not expression.warnings_v2
        return expression.label, expression.color, expression.period.to_seconds()

    options: Any = {"label": "mine", "color": "#123456", "period": Duration.minutes(1)}
    compared = comparison()

    assert {
        of(compared.difference("ModelLatency", **options)),
        of(compared.ratio("ModelLatency", **options)),
        of(compared.error_rate_difference(**options)),
        of(compared.expected_invocations(**options)),
        of(compared.traffic_share(**options)),
    } == {("mine", "#123456", 60)}


def test_a_metric_of_ones_own_compares_as_well() -> None:
    difference = comparison().difference("Confidence", namespace="Own", statistic="Minimum")

    assert value(difference, production_Confidence=[0.5], shadow_Confidence=[0.75]) == [0.25]
    with pytest.raises(ValueError, match=r"'Confidence', must be .*, or given with its namespace"):
        comparison().difference("Confidence")


def test_a_sampling_percentage_that_is_known_at_deployment_passes() -> None:
    stack = Stack(App(), "Demo")
    number = CfnParameter(stack, "Sampling", type="Number").value_as_number

    expected = comparison(number).expected_invocations()

    (id,) = expected.using_metrics
    assert stack.resolve(expected.expression) == {"Fn::Join": ["", [f"{id} * ", {"Ref": "Sampling"}, " / 100"]]}


COMPARISONS: dict[str, Callable[..., MathExpression]] = {
    "ratio": lambda test, **options: test.comparison.ratio("ModelLatency", statistic="p99", **options),
    "difference": lambda test, **options: test.comparison.difference("CPUUtilization", **options),
    "error rate": lambda test, **options: test.shadow_variant.metric_error_rate(**options),
    "error rate difference": lambda test, **options: test.comparison.error_rate_difference(**options),
    "expected invocations": lambda test, **options: test.comparison.expected_invocations(**options),
    "traffic share": lambda test, **options: test.comparison.traffic_share(**options),
}


Compared = Callable[..., MathExpression]
each_comparison = pytest.mark.parametrize("compared", COMPARISONS.values(), ids=COMPARISONS)


def shown_together(declared: Any, *expressions: MathExpression) -> set[str]:
    """Endpoints and periods of what a graph of these expressions takes."""
    CdkDashboard(declared.stack, "Dashboard", widgets=[[GraphWidget(left=list(expressions))]])
    (resource,) = declared.template.find_resources("AWS::CloudWatch::Dashboard").values()
    (graph,) = Dashboard(resource["Properties"]).graphs
    for expression in graph.expressions.values():
        assert identifiers(expression) <= graph.ids
    return {f"{entry[3]}, {entry[-1].get('period', 300)} s" for entry in graph.properties["metrics"] if len(entry) > 1}


@each_comparison
def test_two_experiments_share_a_graph(declared: Any, compared: Compared) -> None:
    shop, blog = (declared.experiment(name, endpoint=name) for name in ("shop", "blog"))

    assert shown_together(declared, compared(shop), compared(blog)) == {"shop, 300 s", "blog, 300 s"}


@each_comparison
def test_they_do_where_their_endpoints_are_named_at_deployment(declared: Any, compared: Compared) -> None:
    shop, blog = (
        declared.experiment(name, endpoint=CfnParameter(declared.stack, f"Endpoint{name}").value_as_string)
        for name in ("Shop", "Blog")
    )

    assert shown_together(declared, compared(shop), compared(blog)) == {
        "<EndpointShop>, 300 s",
        "<EndpointBlog>, 300 s",
    }


@each_comparison
def test_two_periods_share_a_graph(declared: Any, compared: Compared) -> None:
    test = declared.experiment()

    minutes = compared(test, period=Duration.minutes(1))

    assert shown_together(declared, compared(test), minutes) == {"shop, 300 s", "shop, 60 s"}


@each_comparison
def test_two_that_watch_the_same_share_a_graph(declared: Any, compared: Compared) -> None:
    first, second = declared.experiment("First"), declared.experiment("Second")

    assert shown_together(declared, compared(first), compared(second)) == {"shop, 300 s"}


@each_comparison
def test_two_experiments_share_an_alarm(declared: Any, compared: Compared) -> None:
    shop, blog = (declared.experiment(name, endpoint=name) for name in ("shop", "blog"))
    worse = MathExpression(expression="MAX([a, b])", using_metrics={"a": compared(shop), "b": compared(blog)})

    worse.create_alarm(declared.stack, "Alarm", threshold=1, evaluation_periods=1)

    (resource,) = declared.template.find_resources("AWS::CloudWatch::Alarm").values()
    alarm = Alarm(resource["Properties"])
    assert set().union(*map(identifiers, alarm.expressions.values())) <= alarm.ids
    assert not worse.warnings_v2


COMPARED = comparison()
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1, max_size=40)
STATISTICS = st.sampled_from(["Sum", "Average", "p99.9", "tm(10%:90%)", "tc(5:)", "ts90", "iqm"])


@given(name=NAMES, statistic=STATISTICS, how=st.sampled_from(["difference", "ratio"]))
def test_an_expression_names_only_what_it_uses(name: str, statistic: str, how: str) -> None:
    compared = getattr(COMPARED, how)(name, namespace="Own", statistic=statistic)

    assert identifiers(compared.expression) == set(compared.using_metrics)
    assert all(re.fullmatch("[a-z][A-Za-z0-9_]*", id) for id in compared.using_metrics)
