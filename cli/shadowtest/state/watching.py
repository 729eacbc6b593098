"""Follows a state until everything is at rest."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from inference_experiment_handler.client import ServiceError
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.aws.errors import concerns_all
from shadowtest.outputs import escaped
from shadowtest.state.live_state import State
from shadowtest.state.rendering.text import render_text
from shadowtest.state.rendering.words import on_one_line, stack_in_words

Show = Callable[[State], None]

_PATIENCE = 3
"""The number of failed reads in a row that end the watch. A deployment takes long, and a single call to AWS may fail.
"""


class Watch:
    """Shows the state until nothing is in transition, or until something can't be read three times in a row.

    The first read must succeed. Missing or expired credentials end the watch at once.

    ``last``: the last state that was shown.
    """

    def __init__(self, read: Callable[[], State], interval: float, now: Callable[[], datetime]) -> None:
        self._read, self._interval, self._now = read, interval, now
        self.last: State | None = None

    def follow(self) -> State:
        with _shown_live() if _is_live() else _shown_by_lines(self._now) as show:
            failures = 0
            while True:
                may_fail = self.last is not None and failures + 1 < _PATIENCE
                state = self._read_or_none() if may_fail else self._read()
                if state is None or (state.unread and may_fail):
                    # A failed read does not mean that something is gone.
                    failures += 1
                elif state.unread and self.last is not None:
                    return state
                else:
                    failures = 0
                    self.last = state
                    show(state)
                    if state.unread or not state.transitions:
                        return state
                time.sleep(self._interval)

    def _read_or_none(self) -> State | None:
        """The state. ``None`` if AWS could not be read, but may be readable in a moment."""
        try:
            return self._read()
        except (BotoCoreError, ClientError, ServiceError) as error:
            if concerns_all(error):
                raise
            return None


def _is_live() -> bool:
    """Whether the output can be kept up to date. ``FORCE_COLOR`` makes Rich treat a pipe as a terminal."""
    console = Console()
    is_terminal = console.is_terminal and not console.is_dumb_terminal
    return is_terminal and sys.stdout is not None and sys.stdout.isatty()


@contextmanager
def _shown_live() -> Iterator[Show]:
    last = State((), ())
    with Live(console=Console(highlight=False), transient=False) as live:

        def show(state: State) -> None:
            nonlocal last
            for line in _gone(last, state):
                live.console.print(Text(escaped(line)))
            live.update(_with_progress(state), refresh=True)
            last = state

        yield show


def _with_progress(state: State) -> RenderableType:
    waiting = "; ".join(state.transitions)
    if not waiting:
        return render_text(state)
    return Group(render_text(state), Spinner("dots", Text(escaped(f"Waiting: {waiting}"))))


@contextmanager
def _shown_by_lines(now: Callable[[], datetime]) -> Iterator[Show]:
    """Prints one line for each change, with its time."""
    last = State((), ())

    def show(state: State) -> None:
        nonlocal last
        before = _lines(last)
        changed = [line for key, line in _lines(state).items() if before.get(key) != line]
        for line in (*changed, *_gone(last, state)):
            click.echo(f"{iso_instant(now())} {escaped(line)}")
        last = state

    yield show


def _lines(state: State) -> dict[tuple[str, str], str]:
    """One line for each stack and each experiment."""
    stacks = {("stack", each.name): stack_in_words(each) for each in state.stacks}
    return stacks | {("experiment", each.experiment): on_one_line(each) for each in state.tests}


def _gone(last: State, state: State) -> Iterator[str]:
    """One line for each stack and each experiment that no longer exists."""
    there = _lines(state)
    for test in last.tests:
        if ("experiment", test.experiment) not in there:
            yield f"Experiment {test.experiment} no longer exists. It was {test.status}."
    for stack in last.stacks:
        if ("stack", stack.name) not in there:
            yield f"Stack {stack.name} is deleted."
