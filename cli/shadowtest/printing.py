"""How text is printed: for a terminal with colours and wrapped, otherwise a line for each sentence."""

import io
from collections.abc import Callable

import click
from rich.console import Console, RenderableType

from shadowtest.outputs import Outputs, write_and_print

_UNWRAPPED = 10_000


def unwrapped(text: RenderableType) -> str:
    """For a file or a pipe, whose reader wraps it as needed."""
    out = io.StringIO()
    Console(file=out, width=_UNWRAPPED, color_system=None, highlight=False).print(text)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def output(kind: str, outputs: Outputs, *, text: Callable[[], RenderableType], rendered: Callable[[str], str]) -> None:
    """Writes the document to the files, and prints it in the format that the user chose.

    ``text``: the document for a terminal. ``rendered``: the whole document in any format.
    """

    def show() -> None:
        if kind == "text":
            _show(text())
        else:
            click.echo(rendered(kind), nl=False)

    write_and_print(outputs, rendered, show)


def _show(text: RenderableType) -> None:
    terminal = Console(highlight=False)
    if terminal.is_terminal:
        terminal.print(text)
    else:
        click.echo(unwrapped(text), nl=False)
