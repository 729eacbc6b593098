"""The sentences of a state, which all output formats share."""

from collections.abc import Iterator
from datetime import timedelta

from inference_experiment_handler.model.status import Phase
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.planning.rendering.words import bill_in_words
from shadowtest.state.live_state import LiveState, Served, StackState

COLUMNS = ("served as", "variant", "model", "instances")


def title(test: LiveState) -> str:
    if not test.stack:
        return f"Experiment {test.experiment}, owned by no stack"
    return f"{test.logical_id} of stack {test.stack}: experiment {test.experiment}"


def status(test: LiveState) -> str:
    return f"{test.status} ({test.status_reason})" if test.status_reason else test.status


def stack_in_words(stack: StackState) -> str:
    return f"Stack {stack.name} is {stack.status}."


def facts(test: LiveState) -> Iterator[str]:
    """What is live and until when, one sentence each."""
    yield f"Status: {status(test)}."
    if test.endpoint_status is None:
        yield f"Endpoint {test.endpoint} does not exist."
    else:
        yield f"Endpoint {test.endpoint} is {test.endpoint_status}."
    if test.phase is not Phase.ENDED:
        yield f"The shadow variant gets {test.sampling} percent of the requests."
    if test.until_start is not None and test.starts is not None:
        yield f"The test starts in {duration(test.until_start)}, at {iso_instant(test.starts)}."
    if test.left is not None and test.ends is not None:
        yield f"The test ends in {duration(test.left)}, at {iso_instant(test.ends)}."


def bills(test: LiveState) -> Iterator[str]:
    """What is billed, one sentence each."""
    return map(bill_in_words, test.bills)


def row(served: Served) -> tuple[str, str, str, str]:
    count = "unknown" if served.instance_count is None else str(served.instance_count)
    return served.role, served.name, served.model or "unknown", f"{count} x {served.instance_type or 'unknown'}"


def duration(length: timedelta) -> str:
    """The duration in its two greatest units."""
    minutes = int(length.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    units = (("day", days), ("hour", hours), ("minute", minutes % 60))
    parts = [f"{amount} {unit}{'s' if amount > 1 else ''}" for unit, amount in units if amount][:2]
    return " ".join(parts) or "less than a minute"


def on_one_line(test: LiveState) -> str:
    """The values that change during a deployment."""
    endpoint = f"endpoint {test.endpoint} {test.endpoint_status or 'is gone'}"
    served = "; ".join(f"{each.role} {each.name}: {each.model}, {row(each)[3]}" for each in test.served)
    share = f"{test.sampling} percent to the shadow variant"
    return f"{test.experiment}: {', '.join(filter(None, (status(test), share, endpoint, served)))}"
