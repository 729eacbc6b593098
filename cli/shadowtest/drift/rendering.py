"""Drift as text, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from shadowtest.drift.finding import ResourceDrift
from shadowtest.outputs import as_markdown, on_a_line

FORMATS = ("text", "markdown", "json")
SCHEMA_VERSION = 1
_NO_TESTS = "No shadow tests."


def rendered(drifts: Sequence[ResourceDrift], kind: str) -> str:
    match kind:
        case "json":
            return json.dumps({"schemaVersion": SCHEMA_VERSION, "resources": list(map(_json, drifts))}, indent=2) + "\n"
        case "markdown":
            lines = [line for drift in drifts for line in _markdown(drift)]
        case _:
            lines = [line for drift in drifts for line in _text(drift)]
    return "\n".join((*(lines or [_NO_TESTS]), ""))


def _text(drift: ResourceDrift) -> Iterator[str]:
    yield on_a_line(f"{_title(drift)}: {_headline(drift)}")
    yield from (f"  {on_a_line(line)}" for line in _sentences(drift))


def _markdown(drift: ResourceDrift) -> Iterator[str]:
    yield from (f"### {as_markdown(_title(drift))}", "", f"**{_headline(drift)}**", "")
    yield from (f"- {as_markdown(line)}" for line in _sentences(drift))
    yield ""


def _title(drift: ResourceDrift) -> str:
    return f"{drift.stack} / {drift.logical_id} ({drift.experiment})"


def _headline(drift: ResourceDrift) -> str:
    if drift.has_drifted:
        return "drifted"
    return "can't be told" if drift.unknown else "in sync"


def _sentences(drift: ResourceDrift) -> Iterator[str]:
    yield from (f"{each.path}: declared {each.declared}, live {each.live}." for each in drift.differences)
    yield from (f"{_capitalised(reason)}." for reason in drift.reasons)
    yield from (f"It can't be told in full: {why}." for why in drift.unknown)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


def _json(drift: ResourceDrift) -> dict[str, Any]:
    return {
        "stack": drift.stack,
        "logicalId": drift.logical_id,
        "experiment": drift.experiment,
        "drifted": drift.has_drifted,
        "differences": [
            {"path": each.path, "declared": each.declared, "live": each.live} for each in drift.differences
        ],
        "reasons": list(drift.reasons),
        "unknown": list(drift.unknown),
    }
