"""Drift as JSON. Its schema is docs/drift.schema.json."""

import json
from collections.abc import Iterable
from typing import Any

from shadowtest.drifting.drift import ResourceDrift

SCHEMA_VERSION = 1
"""Another one where a program that reads this one would go wrong. A new member is no reason."""


def render_json(drifts: Iterable[ResourceDrift]) -> str:
    document = {"schemaVersion": SCHEMA_VERSION, "resources": [_resource(each) for each in drifts]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _resource(drift: ResourceDrift) -> dict[str, Any]:
    return {
        "stack": drift.stack,
        "logicalId": drift.logical_id,
        "experiment": drift.experiment or None,
        "status": drift.status,
        "hasDrifted": drift.has_drifted,
        "findings": [
            {
                "kind": each.kind.value,
                "message": each.message,
                "path": each.path,
                "declared": each.declared,
                "live": each.live,
            }
            for each in drift.findings
        ],
        "note": drift.note,
    }
