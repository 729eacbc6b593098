"""The messages that docs/operating.md quotes are those that a stack shows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "operating.md"
TEXT = re.sub(r"```.*?```", "", PAGE.read_text(), flags=re.DOTALL)
QUOTED = [quoted for quoted in re.findall(r'"([^"]*)"', TEXT) if quoted.count(" ") > 1]
LEFT_OUT = "…"


def messages(*folders: str) -> Iterator[str]:
    """The texts of the code, without the values that are put in."""
    for module in (path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else quotes(part) for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def quotes(part: ast.expr) -> str:
    """Those that a value gets from ``!r``."""
    return "''" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else ""


# The local CloudFormation has what the real one says.
MESSAGES = list(messages("lambda/inference_experiment_handler", "local/ministack"))


def says(message: str, quoted: str) -> bool:
    """Whether the parts of the quotation stand in the message, one after the other."""
    return bool(re.search(".*".join(map(re.escape, quoted.split(LEFT_OUT))), message))


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_message_that_is_quoted_is_what_the_code_says(quoted: str) -> None:
    assert [message for message in MESSAGES if says(message, quoted)]


def test_the_quotations_are_found_and_compared() -> None:
    assert "a newer request holds the lease" in QUOTED
    assert len(QUOTED) == 12
    assert not says("endpoint  was changed", "endpoint … has changed")
    assert not says("is still billed, and is on endpoint ", "on endpoint … is still billed")
