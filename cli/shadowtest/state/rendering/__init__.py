"""States as text, as Markdown and as JSON."""

from shadowtest.printing import unwrapped
from shadowtest.state.live_state import State
from shadowtest.state.rendering.json_document import render_json
from shadowtest.state.rendering.markdown import render_markdown
from shadowtest.state.rendering.text import render_text

FORMATS = ("text", "markdown", "json")


def rendered(state: State, kind: str, *, max_bytes: int | None = None) -> str:
    """The whole document. ``max_bytes``: of Markdown."""
    match kind:
        case "json":
            return render_json(state)
        case "markdown":
            return render_markdown(state, max_bytes=max_bytes)
    return unwrapped(render_text(state))
