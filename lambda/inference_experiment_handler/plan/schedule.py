"""The schedule's two fields: their comparison, and their arguments for SageMaker."""

from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.tags import started_at
from inference_experiment_handler.plan.matching import Match, match_if
from inference_experiment_handler.spec.declaration import Desired, Schedule
from inference_experiment_handler.spec.limits import DEFAULT_TEST, LONGEST_TEST, TEST_LENGTHS, length_problem
from inference_experiment_handler.spec.text import iso_duration, iso_instant

CLOSE = timedelta(minutes=1)
"""Instants that are closer than this are the same, because AWS does not document how SageMaker rounds them."""


def match_start(desired: Desired, observed: ObservedExperiment, now: datetime) -> Match:
    start = desired.schedule.start
    if observed.ended:
        return Match.UNKNOWN
    if start is None or desired.schedule.is_due(now):
        # A separate call starts a test that has not started by then. A test that has started is as desired.
        return Match.SAME
    if not observed.not_started:
        # Others may have started it early. The desired start may be unchanged then.
        by_somebody_else = observed.running and not started_at(observed.tags or {})
        return Match.NOT_DECLARED if by_somebody_else else Match.DIFFERENT
    return match_if(observed.start is not None and abs(observed.start - start) < CLOSE)


def match_end(desired: Desired, observed: ObservedExperiment, now: datetime) -> Match:
    if observed.not_started and desired.schedule.is_due(now):
        # It will be started, and its end counts from then. The end may be before the start that it still has.
        return Match.SAME
    end = desired_end(desired, observed)
    if end is None:
        return Match.UNKNOWN
    if observed.end is None:
        return Match.DIFFERENT
    ends = [_shortened(end, observed)]
    if observed.start_called is not None and not observed.not_started:
        # The reported start may have changed since the end was set: SageMaker may report the planned start.
        ends.append(desired.schedule.end_of_a_test_started_at(observed.start_called) or end)
    return match_if(any(abs(observed.end - each) < CLOSE for each in ends))


def _shortened(end: datetime, observed: ObservedExperiment) -> datetime:
    """The end of a test that was started early: SageMaker moves it to 30 days after the start, if it is later."""
    if observed.not_started or observed.start is None:
        return end
    return min(end, observed.start + LONGEST_TEST)


def iso_or_none(instant: datetime | None) -> str | None:
    return iso_instant(instant) if instant else None


def start_shown(desired: Desired) -> str | None:
    return iso_or_none(desired.schedule.start)


def end_shown(desired: Desired) -> str | None:
    """The end as declared: a duration, or an instant."""
    if desired.schedule.duration is not None:
        return iso_duration(desired.schedule.duration)
    return iso_or_none(desired.schedule.end)


def for_create(desired: Desired, now: datetime) -> dict[str, Any]:
    """Without a StartTime, the test starts immediately."""
    start = None if desired.schedule.is_due(now) else desired.schedule.start
    times = _times(start, desired.schedule.end_of_a_test_started_at(start or now))
    return {"Schedule": times} if times else {}


def for_update(desired: Desired, observed: ObservedExperiment) -> dict[str, Any]:
    # If the test runs, only the end can change. Before, both are sent: AWS does not document a partial schedule.
    start = desired.schedule.start or observed.start if observed.not_started else None
    return {"Schedule": _times(start, _end_to_send(desired, observed))}


def as_live(observed: ObservedExperiment, now: datetime) -> dict[str, Any]:
    """The live schedule. A time in the past can't be sent."""
    start = observed.start if observed.not_started else None
    times = {key: at for key, at in _times(start, observed.end).items() if at > now}
    return {"Schedule": times} if times else {}


def end_problem(desired: Desired, observed: ObservedExperiment, now: datetime) -> str | None:
    """A problem if the end can't be sent."""
    end = _end_to_send(desired, observed)
    if end is None or end > now:
        return None
    return f"Schedule.EndTime {iso_instant(end)} is in the past: to end the test now, declare DesiredState."


def starts_now(desired: Desired, observed: ObservedExperiment, now: datetime) -> bool:
    """Whether a request has to start the test itself."""
    return observed.not_started and desired.conclusion is None and desired.schedule.is_due(now)


def start_now_problem(schedule: Schedule, now: datetime, *, live_end: datetime | None = None) -> str | None:
    """A problem if a test that starts now can't have its declared end. A duration counts from the actual start.

    ``live_end``: the end that the test already has. SageMaker has accepted it. If the planned start passed a moment
    ago, a test of one hour has less than one hour left. That is not a problem.
    """
    end = schedule.end
    if end is None or length_problem(end - now) is None:
        return None
    if live_end is not None and abs(end - live_end) < CLOSE and now < end <= now + LONGEST_TEST:
        return None
    given = "in the past" if end <= now else f"{iso_duration(end - now)} from now"
    passed = f" (Schedule.StartTime {iso_instant(schedule.start)} is in the past)" if schedule.start else ""
    return (
        f"Schedule.EndTime {iso_instant(end)} is {given}, must be {TEST_LENGTHS} from now, because the test starts "
        f"now{passed}: declare another EndTime, or a StartTime in the future"
    )


def desired_end(desired: Desired, observed: ObservedExperiment) -> datetime | None:
    """When the test should end; ``None`` if that is not known yet, or SageMaker decides it."""
    start = _start_that_counts(desired, observed)
    if start is None:
        return desired.schedule.end
    return desired.schedule.end_of_a_test_started_at(start)


def _times(start: datetime | None, end: datetime | None) -> dict[str, datetime]:
    return {**({"StartTime": start} if start else {}), **({"EndTime": end} if end else {})}


def _end_to_send(desired: Desired, observed: ObservedExperiment) -> datetime | None:
    if desired.schedule.end is None and desired.schedule.duration is None:
        # An end was declared before and no longer is, so SageMaker's default applies again.
        start = _start_that_counts(desired, observed) or observed.start
        return start + DEFAULT_TEST if start else observed.end
    return desired_end(desired, observed) or observed.end


def _start_that_counts(desired: Desired, observed: ObservedExperiment) -> datetime | None:
    """The start from which the test's end counts: the desired one until it runs, then the actual one."""
    return desired.schedule.start if observed.not_started else observed.start
