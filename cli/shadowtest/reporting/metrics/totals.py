"""Numbers over a whole window: counts, shares of the requests, and averages."""

from inference_experiment_handler.evidence.series import Series
from shadowtest.reporting.metrics.values import Value, missing


def count(sums: Series) -> Value:
    """How often it happened. Without data it is not known, and not zero."""
    if sums.total is None:
        return missing(sums.problem)
    return Value(sums.total, note=_incomplete(sums))


def share(errors: Series, requests: Series) -> Value:
    """The percentage of the requests. SageMaker sends a 0 for each request without such an error."""
    counted = errors.total
    if counted is None or requests.total is None:
        return missing(errors.problem or requests.problem)
    # Errors of requests that are not counted make no share.
    rate = 100 * counted / requests.total if requests.total else None
    return Value(rate, note=_incomplete(errors, requests), count=counted)


def average(sums: Series, counts: Series, maxima: Series) -> Value:
    """The average of all samples, each of the same weight, and the greatest of them."""
    total, samples = sums.total, counts.total
    if total is None or not samples:
        return missing(sums.problem or counts.problem)
    highest = max(maxima.points.values(), default=None)
    return Value(total / samples, note=_incomplete(sums, counts, maxima), highest=highest)


def _incomplete(*series: Series) -> str:
    """The value is made of what there is, and that is not all."""
    problem = next((each.problem for each in series if each.problem), "")
    return f"not complete ({problem})" if problem else ""
