"""Drift as text, as Markdown and as JSON."""

from collections.abc import Sequence

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.json_document import render_json
from shadowtest.drifting.rendering.markdown import render_markdown
from shadowtest.drifting.rendering.text import render_text
from shadowtest.printing import Document


def document(drifts: Sequence[ResourceDrift], stacks: Sequence[str], *, max_bytes: int) -> Document:
    """``stacks``: all stacks that were read. ``max_bytes``: the limit of the Markdown."""
    return Document(
        text=lambda: render_text(drifts),
        markdown=lambda: render_markdown(drifts, stacks, max_bytes=max_bytes),
        json=lambda: render_json(drifts),
    )
