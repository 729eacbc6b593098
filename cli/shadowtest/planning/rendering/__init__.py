"""Plans as text, as Markdown and as JSON."""

from collections.abc import Sequence

from shadowtest.planning.cost import Cost
from shadowtest.planning.rendering.json_document import render_json
from shadowtest.planning.rendering.markdown import render_markdown
from shadowtest.planning.rendering.text import render_text
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.printing import Document


def document(plans: Sequence[StackPlan], cost: Cost, *, max_bytes: int) -> Document:
    """``max_bytes``: the limit of the Markdown."""
    return Document(
        text=lambda: render_text(plans, cost),
        markdown=lambda: render_markdown(plans, cost, max_bytes=max_bytes),
        json=lambda: render_json(plans, cost),
    )
