"""The option of each command that writes a comment."""

import click

_COMMENT = 65_536
"""What a comment on GitHub may have."""

limits_markdown = click.option(
    "--max-bytes",
    type=click.IntRange(min=1024),
    default=_COMMENT,
    show_default=True,
    metavar="BYTES",
    help="The limit of Markdown. Only details are shortened.",
)
