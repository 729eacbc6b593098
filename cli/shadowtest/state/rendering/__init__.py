"""States as text, as Markdown and as JSON."""

from shadowtest.printing import unwrapped
from shadowtest.state.rendering.json_document import render_json
from shadowtest.state.rendering.markdown import render_markdown
from shadowtest.state.rendering.text import render_text
from shadowtest.state.test_state import State

FORMATS = ("text", "markdown", "json")


def rendered(state: State, kind: str) -> str:
    """The whole document."""
    match kind:
        case "json":
            return render_json(state)
        case "markdown":
            return render_markdown(state)
    return unwrapped(render_text(state))
