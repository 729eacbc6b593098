"""The output of a command. It is printed in one format, and can be written to files in others."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from inference_experiment_handler.spec.text import either
from shadowtest.errors import CommandError
from shadowtest.escapes import ESCAPES
from shadowtest.standard_output import ReaderGoneError

NO_TESTS = "No shadow tests found."
"""What each command prints if there is nothing to show."""

Outputs = list[tuple[str, Path]]
"""Each file with its format."""


def output_options(formats: Sequence[str], files_only: Sequence[str] = ()) -> Callable[[Any], Any]:
    """Adds ``--format`` (the parameter ``kind``) and ``--out FORMAT=FILE`` (``outputs``).

    ``files_only``: the formats that are not useful on a terminal.
    """
    all_of_them = (*formats, *files_only)

    def parsed(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> Outputs:
        outputs = []
        for value in values:
            kind, _, file = value.partition("=")
            if kind not in all_of_them or not file:
                raise click.BadParameter(f"{value!r} must be FORMAT=FILE, where FORMAT is {either(all_of_them)}")
            outputs.append((kind, Path(file)))
        return outputs

    def decorated(command: Any) -> Any:
        out = click.option(
            "--out",
            "outputs",
            multiple=True,
            callback=parsed,
            metavar="FORMAT=FILE",
            help="Also write a file of that format. May be repeated.",
        )
        return click.option("--format", "kind", type=click.Choice(formats), default="text", help="The printed format.")(
            out(command)
        )

    return decorated


def write(outputs: Outputs, rendered: Callable[[str], str]) -> None:
    """``rendered``: the whole document in a format. Raises a ``CommandError`` that lists all files that failed."""
    faults = []
    for kind, file in outputs:
        try:
            file.write_text(rendered(kind), encoding="utf-8", errors=ESCAPES)
        except OSError as error:
            faults.append(f"{file} can't be written: {error.strerror}")
    if faults:
        raise CommandError("; ".join(faults))


def write_and_print(outputs: Outputs, rendered: Callable[[str], str], show: Callable[[], None]) -> None:
    """Writes the files first, and prints even if that fails, so that an error in one output does not affect the other.

    The exit code is that of the result, even if the reader of standard output stops early.
    """
    try:
        write(outputs, rendered)
    finally:
        with suppress(ReaderGoneError):
            show()


def escaped(text: str) -> str:
    """Shows control characters as escapes, so that a value from a template can't control a terminal."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
