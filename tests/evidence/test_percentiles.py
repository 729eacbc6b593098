"""How many samples a percentile needs."""

import pytest

from inference_experiment_handler.evidence.percentiles import samples_needed


@pytest.mark.parametrize(
    ("statistic", "needed"), [("p50", 20), ("p90", 100), ("p99", 1000), ("p99.9", 10_000), ("p10", 100)]
)
def test_a_percentile_needs_so_many_samples(statistic: str, needed: int) -> None:
    assert samples_needed(statistic) == needed
