"""Reports as text, as Markdown, as JSON and as an HTML page."""

from collections.abc import Sequence
from importlib.util import find_spec

from shadowtest.errors import CommandError
from shadowtest.printing import Document
from shadowtest.reporting.rendering.json_document import render_json
from shadowtest.reporting.rendering.markdown import render_markdown
from shadowtest.reporting.rendering.text import render_text
from shadowtest.reporting.report import Report

HTML = "html"


def document(reports: Sequence[Report], stacks: Sequence[str] = (), *, max_bytes: int | None = None) -> Document:
    """``stacks``: the stacks that the user named. ``max_bytes``: the limit of the Markdown."""

    def render_page() -> str:
        # Matplotlib takes a second to import, and is an extra.
        from shadowtest.reporting.rendering.html.page import render_html  # noqa: PLC0415

        return render_html(reports)

    return Document(
        text=lambda: render_text(reports),
        markdown=lambda: render_markdown(reports, stacks, max_bytes=max_bytes),
        json=lambda: render_json(reports),
        html=render_page,
    )


def require_charts() -> None:
    """Checks that charts can be made, before anything is read from AWS."""
    if find_spec("matplotlib") is None:
        raise CommandError(
            "--out html=FILE needs matplotlib, which is not installed: "
            "pip install 'sagemaker-inference-experiment[cli,report]'"
        )
