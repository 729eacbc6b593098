"""Confidence intervals, against published examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.evidence.intervals import newcombe, wilson


# Newcombe, Statistics in Medicine 17 (1998): two-sided intervals for the single proportion, method 3.
@pytest.mark.parametrize(
    ("count", "total", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (50, 100, 0.4038, 0.5962),
        (10, 10, 0.7225, 1.0000),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval(count: int, total: int, lower: float, upper: float) -> None:
    assert wilson(count, total) == pytest.approx((lower, upper), abs=5e-5)


# The same volume: the difference between independent proportions, method 10, examples (a) to (h).
@pytest.mark.parametrize(
    ("one", "other", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
        ((1, 10), (0, 0), -1.0, 1.0),
    ],
)
def test_newcombes_interval(one: tuple[int, int], other: tuple[int, int], lower: float, upper: float) -> None:
    assert newcombe(*one, *other) == pytest.approx((lower, upper), abs=5e-5)


COUNTS = st.integers(1, 10**9).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(COUNTS)
def test_an_interval_contains_what_is_measured_and_stays_in_its_range(counts: tuple[int, int]) -> None:
    count, total = counts
    lower, upper = wilson(count, total)

    assert 0 <= lower <= count / total <= upper <= 1
    # What is not an error is one of the others.
    assert wilson(total - count, total) == pytest.approx((1 - upper, 1 - lower), abs=1e-9)


@given(COUNTS, COUNTS)
def test_a_difference_is_that_of_the_other_order_turned_round(one: tuple[int, int], other: tuple[int, int]) -> None:
    lower, upper = newcombe(*one, *other)

    assert -1 <= lower <= one[0] / one[1] - other[0] / other[1] <= upper <= 1
    assert newcombe(*other, *one) == pytest.approx((-upper, -lower), abs=1e-9)


@given(COUNTS, st.integers(2, 50))
def test_more_of_the_same_is_more_certain(counts: tuple[int, int], times: int) -> None:
    count, total = counts
    lower, upper = wilson(count, total)
    narrower = wilson(count * times, total * times)

    assert narrower.upper - narrower.lower <= upper - lower
