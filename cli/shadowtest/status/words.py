"""What the state of a test says, in sentences that every form of output shares."""

from collections.abc import Iterator
from datetime import timedelta

from inference_experiment_handler.plan.wording import instances_in_words
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.planning.rendering.words import bill_in_words
from shadowtest.status.state import Served, TestState

NO_TESTS = "No shadow tests."


def title(state: TestState) -> str:
    return f"{state.stack} / {state.logical_id}"


def facts(state: TestState) -> Iterator[str]:
    reason = f" ({state.status_reason})" if state.status_reason else ""
    yield f"Experiment {state.experiment} is {state.status}{reason}."
    if state.endpoint_status is None:
        yield f"There is no endpoint {state.endpoint}."
    else:
        yield f"Endpoint {state.endpoint} is {state.endpoint_status}."
    if state.is_over:
        return
    yield f"The shadow variant gets {state.sampling} percent of the requests."
    if state.until_start is not None and state.starts is not None:
        yield f"The test starts at {iso_instant(state.starts)}, in {in_words(state.until_start)}."
    if state.time_left is not None and state.ends is not None:
        left = f", in {in_words(state.time_left)}" if state.time_left > timedelta() else ""
        yield f"The test ends at {iso_instant(state.ends)}{left}."
    yield from map(bill_in_words, state.bills)


def served_in_words(served: Served) -> str:
    on = "an unknown number of instances"
    if served.instance_count is not None:
        on = instances_in_words(served.instance_count, served.instance_type or "an unknown type")
    return f"{served.role.capitalize()} variant {served.name} serves model {served.model or '(unknown)'} on {on}."


def in_words(time: timedelta) -> str:
    """The two largest units: ``6 days 23 hours``."""
    minutes = int(time.total_seconds()) // 60
    units = (("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60))
    shown = [f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in units if number]
    return " ".join(shown[:2]) or "less than a minute"
