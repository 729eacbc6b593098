"""The time at which there will be enough periods with enough samples of a percentile, at the measured rate."""

from collections.abc import Sequence
from datetime import timedelta

from inference_experiment_handler.evidence.expectation import Expectation, from_then_on, never_in
from inference_experiment_handler.evidence.periods import Points
from inference_experiment_handler.evidence.scope import LONGEST_PERIOD, Scope
from inference_experiment_handler.evidence.windows import NOT_COMPLETE_YET, Window, answered, rounded
from inference_experiment_handler.evidence.wording import long


def enough_samples(scope: Scope, first: Window, counts: Sequence[Points], needed: int, periods: int) -> Expectation:
    """The forecast while no period has enough samples.

    Args:
        scope: The test.
        first: The window of the samples.
        counts: For each metric, the samples in each period of the window. A period needs enough of each metric.
        needed: The number of samples that a period needs.
        periods: The number of periods that are enough for a verdict.
    """
    samples = min(sum(each.values()) for each in counts)
    if samples <= 0:
        return Expectation(None, "the rate is not known yet")
    seconds = first.length * first.period
    lengths = [each for each in answered(scope.since, scope.now) if first.period <= each <= LONGEST_PERIOD]
    # Not the rate times the length, because rounding must not make an exact number of samples too small.
    period = next((length for length in lengths if samples * length >= needed * seconds), None)
    if period is None:
        return Expectation(
            None,
            f"at this rate, no period of up to {long(LONGEST_PERIOD)} ever has enough: declare a lower percentile, or "
            "raise SamplingPercentage",
        )
    duration = timedelta(seconds=period * periods)
    never = never_in(scope, duration)
    if never is not None:
        return never
    # A period that is already complete does not get more samples.
    begin = max(
        rounded(scope.since, period, up=True),
        rounded(scope.now - NOT_COMPLETE_YET, period, up=False),
    )
    return from_then_on(
        scope,
        begin + duration + NOT_COMPLETE_YET,
        f"at this rate, {periods} periods of {long(period)} will have enough at",
    )
