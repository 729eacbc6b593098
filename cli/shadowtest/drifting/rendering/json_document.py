"""Drift as JSON. Its schema is docs/drift.schema.json."""

from collections.abc import Iterable
from typing import Any

from shadowtest.drifting.drift import ResourceDrift
from shadowtest.json_documents import document

SCHEMA_VERSION = 1


def render_json(drifts: Iterable[ResourceDrift]) -> str:
    return document(SCHEMA_VERSION, {"resources": [_resource(each) for each in drifts]})


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
