"""Plans as Markdown, for the comment of a pull request."""

import re
from collections.abc import Iterator

from shadowtest.planning.rendering.words import TITLES, details, headline
from shadowtest.planning.stack_plan import ResourcePlan, StackPlan
from shadowtest.planning.verdict import Verdict

_SHORTENED = "*The details are shortened.*"
_SPECIAL = re.compile(r"([\\`*_\[\]|#~])")


def marker(stack: str) -> str:
    """The hidden line by which a pipeline finds its comment again."""
    return f"<!-- shadowtest plan {stack} -->"


def render_markdown(plan: StackPlan, *, max_bytes: int | None = None) -> str:
    """``max_bytes``: the details are shortened to as many. The verdicts never are."""
    folded = [list(_details_of(resource)) for resource in plan.resources]
    document = _document(plan, folded)
    while max_bytes is not None and len(document.encode()) > max_bytes and any(folded):
        # Some lines at once: the details may be long.
        longest = max(folded, key=len)
        del longest[-max(1, len(longest) // 10) :]
        document = _document(plan, folded, shortened=True)
    return document


def _document(plan: StackPlan, folded: list[list[str]], *, shortened: bool = False) -> str:
    lines = [marker(plan.stack), f"### Shadow tests of stack {_plain(plan.stack)}", ""]
    if not plan.resources:
        lines += ["No shadow test.", ""]
    for resource, details_of in zip(plan.resources, folded, strict=True):
        lines += [f"**{_plain(resource.logical_id)}**", ""]
        lines += [f"- **{TITLES[each.kind]}**: {_plain(headline(each))}" for each in resource.verdicts]
        lines.append("")
        if details_of:
            lines += ["<details><summary>Details</summary>", "", *details_of, "", "</details>", ""]
    if shortened:
        lines += [_SHORTENED, ""]
    return "\n".join(lines)


def _details_of(resource: ResourcePlan) -> Iterator[str]:
    for verdict in resource.verdicts:
        yield from _of_verdict(verdict)


def _of_verdict(verdict: Verdict, within: str = "") -> Iterator[str]:
    facts = [_plain(line) for line in details(verdict)]
    facts += [
        f"{_plain(each.path)}: declared {_plain(each.declared)}, live {_plain(each.live)}."
        for each in verdict.differences
    ]
    if facts or verdict.alternatives:
        yield f"{within}- {TITLES[verdict.kind]} {_plain(verdict.experiment)}"
    for fact in facts:
        yield f"{within}  - {fact}"
    for alternative in verdict.alternatives:
        yield f"{within}  - With {_plain(alternative.condition)}:"
        for each in alternative.verdicts:
            yield f"{within}    - **{TITLES[each.kind]}**: {_plain(headline(each))}"


def _plain(text: str) -> str:
    """Text that Markdown, HTML and mentions make nothing of."""
    one_line = " ".join(text.split())
    html = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    # The signs of an entity are none of Markdown's.
    return re.sub(r"&\\#", "&#", _SPECIAL.sub(r"\\\1", html))
