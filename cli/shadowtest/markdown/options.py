"""The option of each command that writes a comment."""

import click

_COMMENT = 65_536
"""The limit of a comment on GitHub."""

limits_markdown = click.option(
    "--max-bytes",
    type=click.IntRange(min=1024),
    default=_COMMENT,
    show_default=True,
    metavar="BYTES",
    help="The maximum size of the Markdown. Only the details are shortened.",
)
