"""Prints a document. On a terminal it has colors and is wrapped. Elsewhere, each sentence is one line."""

import io
from collections.abc import Callable

import click
from rich.console import Console, RenderableType

from shadowtest.outputs import Outputs, write_and_print

FORMATS = ("text", "markdown", "json")
"""The formats of each command that reads live tests."""
_UNWRAPPED = 10_000


class Document:
    """The output of a command in each format. A format is rendered when it is used.

    ``text``: for a terminal. ``others``: by the name of the format.
    """

    def __init__(self, *, text: Callable[[], RenderableType], **others: Callable[[], str]) -> None:
        self._text, self._others = text, others

    def rendered(self, kind: str) -> str:
        """For a file or a pipe."""
        return self._others[kind]() if kind in self._others else unwrapped(self._text())

    def show(self, kind: str) -> None:
        terminal = Console(highlight=False)
        if kind == "text" and terminal.is_terminal:
            terminal.print(self._text())
        else:
            click.echo(self.rendered(kind), nl=False)


def unwrapped(text: RenderableType) -> str:
    """For a file or a pipe, whose reader wraps it as needed."""
    out = io.StringIO()
    Console(file=out, width=_UNWRAPPED, color_system=None, highlight=False).print(text)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def output(kind: str, outputs: Outputs, document: Document) -> None:
    """Writes the document to the files, and prints it in the format that the user chose."""
    write_and_print(outputs, document.rendered, lambda: document.show(kind))
