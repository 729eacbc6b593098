"""What tests of templates share."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfnlint.api import ManualArgs, lint

_REGIONS = ["us-east-1"]
# A dependency that a reference implies already: CDK declares both.
TOLD_TWICE = ("W3005",)


def linted(template: Mapping[str, Any], ignored: Sequence[str] = TOLD_TWICE) -> list[str]:
    """The errors and warnings that cfn-lint finds."""
    settings = ManualArgs(regions=_REGIONS, ignore_checks=list(ignored))
    return [f"{match.rule.id} {match.message}" for match in lint(json.dumps(template), config=settings)]


def scrubbed(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template without the hashes of its assets, which change with every line of the handler."""
    return dict(json.loads(re.sub(r"\b[0-9a-f]{64}\b", "HASH", json.dumps(template))))
