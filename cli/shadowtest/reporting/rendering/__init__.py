"""Reports as text, as Markdown, as JSON and as an HTML page."""

from collections.abc import Sequence
from importlib.util import find_spec

from shadowtest.errors import CommandError
from shadowtest.printing import unwrapped
from shadowtest.reporting.rendering.json_document import render_json
from shadowtest.reporting.rendering.markdown import render_markdown
from shadowtest.reporting.rendering.text import render_text
from shadowtest.reporting.report import Report

FORMATS = ("text", "markdown", "json")
HTML = "html"


def rendered(reports: Sequence[Report], kind: str, *, max_bytes: int | None = None) -> str:
    """The whole document. ``max_bytes``: of Markdown."""
    match kind:
        case "json":
            return render_json(reports)
        case "markdown":
            return render_markdown(reports, max_bytes=max_bytes)
        case "html":
            # Its library takes a second to import, and is an extra.
            from shadowtest.reporting.rendering.html.page import render_html  # noqa: PLC0415

            return render_html(reports)
    return unwrapped(render_text(reports))


def require_charts() -> None:
    """Before anything is asked of AWS."""
    if find_spec("matplotlib") is None:
        raise CommandError(
            "matplotlib is not installed, which --out html=FILE needs: "
            "pip install 'sagemaker-inference-experiment[cli,report]'"
        )
