"""The arguments of an alarm before the end of a test: the checks, and the end as metric math has it."""

from datetime import datetime, timedelta
from typing import Any

from aws_cdk import Duration

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.reader import OPAQUE, Faults, Reader
from inference_experiment_handler.spec.text import iso_duration, shown
from sagemaker_inference_experiment._durations import is_token
from sagemaker_inference_experiment._schedule import instant_text
from sagemaker_inference_experiment._tokens import has_placeholder, is_unresolved

_PERIOD = timedelta(minutes=5)
_LONG_PERIOD = timedelta(hours=1)
_WINDOW, _LONG_WINDOW = timedelta(days=1), timedelta(days=7)
"""How long CloudWatch lets the evaluated periods be: those of less than an hour, and longer ones."""


def before_faults(before: Duration, period: Duration | None, evaluation_periods: float) -> list[str]:
    """The reasons why an alarm can't ring so long before the end."""
    given: dict[str, tuple[Any, str]] = {"before": (before, "Duration.hours(24)")}
    if period is not None:
        given["period"] = (period, "Duration.minutes(5)")
    wrong = [
        f"{name} is {shown(value)}, must be an aws_cdk.Duration, such as {example}"
        for name, (value, example) in given.items()
        if not isinstance(value, Duration)
    ]
    if wrong:
        return wrong
    if is_token(before):
        return ["before is a token, must be a literal duration, because a template can't convert it to hours"]
    if is_unresolved(evaluation_periods) or (period is not None and is_token(period)):
        return _length_faults(before, timedelta())
    each = _PERIOD if period is None else timedelta(seconds=period.to_seconds())
    evaluated, longest = each * evaluation_periods, _WINDOW if each < _LONG_PERIOD else _LONG_WINDOW
    faults = _length_faults(before, evaluated)
    if evaluated > longest:
        faults.append(
            f"period * evaluation_periods is {iso_duration(evaluated)}, must be at most {iso_duration(longest)} for a "
            f"period of {iso_duration(each)}"
        )
    return faults


def _length_faults(before: Duration, shortest: timedelta) -> list[str]:
    length = timedelta(milliseconds=before.to_milliseconds())
    if length <= timedelta() or length < shortest:
        least = f"at least {iso_duration(shortest)} (period * evaluation_periods)" if shortest else "more than PT0S"
        return [f"before is {iso_duration(length)}, must be {least}"]
    if length > limits.LONGEST_TEST:
        return [f"before is {iso_duration(length)}, must be at most {iso_duration(limits.LONGEST_TEST)}, as a test is"]
    return []


def epoch_of(end_time: datetime | str) -> tuple[str, list[str]]:
    """The seconds since 1970, as text, and the faults of the time."""
    if has_placeholder(end_time):
        # The app runs again with the time.
        return "0", []
    faults = Faults()
    instant = Reader({"end_time": instant_text(end_time)}, faults, opaque=is_unresolved).instant("end_time")
    if instant is OPAQUE:
        faults.add("end_time", "is a token, must be a literal time, because a template can't convert it to seconds")
    return ("" if faults.found else str(int(instant.timestamp()))), list(faults.messages)


UNREPORTED = (
    "end_time is missing, must be given for an import, and for an alarm that is not deployed with the experiment, "
    "because the alarm's stack does not know the end then"
)
