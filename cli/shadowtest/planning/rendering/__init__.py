"""Plans as text, as Markdown and as JSON."""

from collections.abc import Sequence

from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.json_document import render_json
from shadowtest.planning.rendering.markdown import render_markdown
from shadowtest.planning.rendering.text import render_text
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.printing import unwrapped

FORMATS = ("text", "markdown", "json")


def rendered(plans: Sequence[StackPlan], cost: Cost, kind: str, *, max_bytes: int | None = None) -> str:
    """The whole document. ``max_bytes``: of Markdown."""
    match kind:
        case "json":
            return render_json(plans, cost)
        case "markdown":
            return render_markdown(plans, cost, max_bytes=max_bytes)
    return unwrapped(render_text(plans, cost))
