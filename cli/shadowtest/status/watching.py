"""Follows tests through a deployment."""

from collections.abc import Callable, Iterator, Sequence
from time import sleep

from rich.console import Console
from rich.live import Live
from rich.text import Text

from shadowtest.outputs import on_a_line
from shadowtest.status.rendering import rendered
from shadowtest.status.state import TestState
from shadowtest.status.words import title

Look = Callable[[], Sequence[TestState]]


def watch(look: Look, console: Console, interval: float) -> None:
    """Until neither a test nor its endpoint changes any more. On a terminal what is shown is kept up to date.

    Elsewhere a line is written whenever a status changes.
    """
    if console.is_terminal:
        with Live(console=console, refresh_per_second=1) as live:
            for states in _until_at_rest(look, interval):
                live.update(Text(rendered(states, "text").rstrip("\n")))
    else:
        shown: list[str] = []
        for states in _until_at_rest(look, interval):
            lines = [_line(state) for state in states]
            for line in lines:
                if line not in shown:
                    print(line, flush=True)
            shown = lines


def _until_at_rest(look: Look, interval: float) -> Iterator[Sequence[TestState]]:
    while True:
        states = look()
        yield states
        if all(state.at_rest for state in states):
            return
        sleep(interval)


def _line(state: TestState) -> str:
    reason = f" ({state.status_reason})" if state.status_reason else ""
    at = f"endpoint {state.endpoint}: {state.endpoint_status or 'not there'}"
    return on_a_line(f"{title(state)}: {state.experiment} is {state.status}{reason}, {at}")
