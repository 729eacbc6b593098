"""Follows a state until everything is at rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from inference_experiment_handler.spec.text import iso_instant
from shadowtest.outputs import escaped
from shadowtest.state.rendering.text import render_text
from shadowtest.state.rendering.words import on_one_line, stack_in_words
from shadowtest.state.test_state import State

Show = Callable[[State], None]


def watch(read: Callable[[], State], interval: float, now: Callable[[], datetime]) -> State:
    """Shows the state again and again until nothing is in transition, and returns the last one."""
    with _shown_live() if Console().is_terminal else _shown_by_lines(now) as show:
        while True:
            state = read()
            show(state)
            if not state.transitions:
                return state
            time.sleep(interval)


@contextmanager
def _shown_live() -> Iterator[Show]:
    with Live(console=Console(highlight=False), transient=False) as live:
        yield lambda state: live.update(_with_progress(state), refresh=True)


def _with_progress(state: State) -> RenderableType:
    waiting = "; ".join(state.transitions)
    if not waiting:
        return render_text(state)
    return Group(render_text(state), Spinner("dots", Text(escaped(f"Waiting: {waiting}"))))


@contextmanager
def _shown_by_lines(now: Callable[[], datetime]) -> Iterator[Show]:
    """A line for each change, with its time."""
    shown: dict[str, str] = {}

    def show(state: State) -> None:
        lines = {f"stack {each.name}": stack_in_words(each) for each in state.stacks}
        lines |= {f"experiment {each.experiment}": on_one_line(each) for each in state.tests}
        gone = {key: f"{key.capitalize()} no longer exists." for key in shown if key not in lines}
        for key, line in (lines | gone).items():
            if shown.get(key) != line:
                click.echo(f"{iso_instant(now())} {escaped(line)}")
        for key in gone:
            del shown[key]
        shown.update(lines)

    yield show
