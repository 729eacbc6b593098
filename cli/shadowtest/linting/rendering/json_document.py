"""For programs. Its schema is docs/lint-report.schema.json."""

import json

from shadowtest.linting.finding import Report

SCHEMA_VERSION = 1
"""Another one where a program that reads this one would go wrong. A new member is no reason."""


def render(report: Report) -> str:
    told = {
        "schemaVersion": SCHEMA_VERSION,
        "resources": [
            {
                "file": resource.file,
                "line": resource.place.line,
                "column": resource.place.column,
                "logicalId": resource.logical_id,
                "notChecked": resource.not_checked,
            }
            for resource in report.resources
        ],
        "faults": [
            {
                "file": finding.file,
                "line": finding.place.line,
                "column": finding.place.column,
                "logicalId": finding.resource,
                "path": finding.path,
                "property": finding.property_path,
                "message": finding.message,
            }
            for finding in report.findings
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
