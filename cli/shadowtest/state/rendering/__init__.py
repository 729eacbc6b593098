"""States as text, as Markdown and as JSON."""

from collections.abc import Sequence

from shadowtest.printing import Document
from shadowtest.state.live_state import State
from shadowtest.state.rendering.json_document import render_json
from shadowtest.state.rendering.markdown import render_markdown
from shadowtest.state.rendering.text import render_text


def document(state: State, stacks: Sequence[str], *, max_bytes: int) -> Document:
    """``stacks``: the stacks that the user named, even if deleted since. ``max_bytes``: the limit of the Markdown."""
    return Document(
        text=lambda: render_text(state),
        markdown=lambda: render_markdown(state, stacks, max_bytes=max_bytes),
        json=lambda: render_json(state),
    )
