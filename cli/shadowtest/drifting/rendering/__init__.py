"""Drift as text, as Markdown and as JSON."""

from collections.abc import Sequence

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.drifting.rendering.json_document import render_json
from shadowtest.drifting.rendering.markdown import render_markdown
from shadowtest.drifting.rendering.text import render_text
from shadowtest.printing import unwrapped

FORMATS = ("text", "markdown", "json")


def rendered(drifts: Sequence[ResourceDrift], kind: str, *, max_bytes: int | None = None) -> str:
    """The whole document. ``max_bytes``: of Markdown."""
    match kind:
        case "json":
            return render_json(drifts)
        case "markdown":
            return render_markdown(drifts, max_bytes=max_bytes)
    return unwrapped(render_text(drifts))
