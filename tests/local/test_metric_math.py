"""Metric math, by the rules and examples of CloudWatch's user guide ("Metric math syntax and functions")."""

from typing import Any

import pytest

from local.cloudwatch.metric_math import Series, UnknownExpressionError, calculated, evaluate

GAP = None
MOMENTS = [600.0, 900.0, 1200.0, 1500.0, 1800.0]
GUIDE: dict[str, Series] = {
    "metric1": [30, 20, 0, 0, GAP],
    "metric2": [20, GAP, 20, GAP, GAP],
    "condition": [1, 1, 0, 0, GAP],
    "then": [30, GAP, 0, 0, 30],
    "other": [0, 0, 20, GAP, 20],
    "nothing": [GAP] * 5,
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Comparisons and logical operators: the guide's examples, and one moment without any value.
        ("metric1 < metric2", [0, 0, 1, 0, GAP]),
        ("metric1 >= 30", [1, 0, 0, 0, GAP]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0, GAP]),
        ("metric1 > 15 && metric2 > 15", [1, 0, 0, 0, GAP]),
        ("metric1 > 15 OR metric2 > 15", [1, 1, 1, 0, GAP]),
        ("metric1 > 15 || metric2 > 15", [1, 1, 1, 0, GAP]),
        ("metric1 == 0", [0, 0, 1, 1, GAP]),
        ("metric1 != 0", [1, 1, 0, 0, GAP]),
        ("metric1 <= 30 AND metric1 > 15 AND metric2 > 15", [1, 0, 0, 0, GAP]),
        # Arithmetic: a missing value counts as 0 beside another series, and remains missing beside a number.
        ("metric1 + metric2", [50, 20, 20, 0, GAP]),
        ("metric2 * 2 - 1", [39, GAP, 39, GAP, GAP]),
        ("-metric2", [-20, GAP, -20, GAP, GAP]),
        ("60 / metric1", [2, 3, GAP, GAP, GAP]),
        ("metric1 / metric2", [1.5, GAP, 0, GAP, GAP]),
        ("metric1 + 2 * 3", [36, 26, 6, 6, GAP]),
        # IF: the guide's tables.
        ("IF(condition, then, other)", [30, 0, 20, GAP, GAP]),
        ("IF(condition, 5, other)", [5, 5, 20, GAP, GAP]),
        ("IF(condition, then, 5)", [30, 0, 5, 5, GAP]),
        ("IF(condition, 5, 6)", [5, 5, 6, 6, GAP]),
        ("IF(condition, then)", [30, 0, GAP, GAP, GAP]),
        ("IF(metric1 < 25, metric1)", [GAP, 20, 0, 0, GAP]),
        ("IF(metric1 < 25, 10, 2)", [2, 10, 10, 10, GAP]),
        ("IF(1, metric2, metric1)", [20, GAP, 20, GAP, GAP]),
        ("IF(0, metric2, metric1)", [30, 20, 0, 0, GAP]),
        ("IF(0, metric2)", [GAP] * 5),
        # Functions.
        ("FILL(metric2, 7)", [20, 7, 20, 7, 7]),
        ("FILL(metric2, metric1)", [20, 20, 20, 0, GAP]),
        ("EPOCH(metric2)", MOMENTS),
        ("EPOCH(nothing)", MOMENTS),
        ("IF(metric2 > 0 AND EPOCH(metric2) < 1000, (1000 - EPOCH(metric2)) / 100)", [4, GAP, GAP, GAP, GAP]),
        ("RUNNING_SUM(metric2)", [20, GAP, 40, GAP, GAP]),
    ],
)
def test_an_expression_has_the_values_of_the_guide(expression: str, expected: Series) -> None:
    assert evaluate(expression, GUIDE, MOMENTS) == expected


@pytest.mark.parametrize(
    ("expression", "filled", "not_filled"),
    [
        ("FILL(nothing, 0)", [0] * 5, [GAP] * 5),
        ("nothing + metric1", [30, 20, 0, 0, GAP], [GAP] * 5),
        ("IF(condition, nothing)", [0, 0, GAP, GAP, GAP], [0, 0, GAP, GAP, GAP]),
    ],
)
def test_what_becomes_of_a_metric_without_data_can_be_chosen(
    expression: str, filled: Series, not_filled: Series
) -> None:
    assert evaluate(expression, GUIDE, MOMENTS) == filled
    assert evaluate(expression, GUIDE, MOMENTS, fills_nothing=False) == not_filled


def test_an_expression_may_refer_to_others() -> None:
    expressions = {"twice": "2 * sum", "sum": "metric1 + metric2"}

    assert calculated(expressions, GUIDE, MOMENTS)["twice"] == [100, 40, 40, 0, GAP]


@pytest.mark.parametrize(
    "expression",
    [
        "ANOMALY_DETECTION_BAND(metric1)",
        "SUM(METRICS())",
        "metric1 ^ 2",
        "metric1 < 3 < 4",
        "metric1 +",
        "'text'",
        "FILL(metric1, LINEAR)",
        "FILL(metric1)",
        "IF(metric1, 1, 2, 3)",
        "EPOCH(5)",
        "RUNNING_SUM(5)",
        "1 + 2",
        "metric1 + 1 / 0",
        "unknown + 1",
        "__import__('os')",
    ],
)
def test_what_is_not_known_is_refused(expression: str) -> None:
    with pytest.raises(UnknownExpressionError):
        evaluate(expression, GUIDE, MOMENTS)


@pytest.mark.parametrize("expressions", [{"a": "b", "b": "a"}, {"a": "unknown"}])
def test_expressions_that_refer_to_nothing_are_refused(expressions: dict[str, Any]) -> None:
    with pytest.raises(UnknownExpressionError, match="refer to what is not there"):
        calculated(expressions, GUIDE, MOMENTS)
