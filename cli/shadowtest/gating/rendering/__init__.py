"""Gates as text, as Markdown, as JSON and as JUnit."""

from collections.abc import Sequence

from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.rendering.json_document import render_json
from shadowtest.gating.rendering.junit import render_junit
from shadowtest.gating.rendering.markdown import render_markdown
from shadowtest.gating.rendering.text import render_text
from shadowtest.printing import Document


def document(gates: Sequence[GateOfTest], stacks: Sequence[str], *, max_bytes: int) -> Document:
    """``stacks``: all stacks that were read. ``max_bytes``: the size limit of Markdown."""
    return Document(
        text=lambda: render_text(gates),
        markdown=lambda: render_markdown(gates, stacks, max_bytes=max_bytes),
        json=lambda: render_json(gates),
        junit=lambda: render_junit(gates),
    )
