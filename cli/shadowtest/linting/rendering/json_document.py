"""The report as JSON. Its schema is docs/lint-report.schema.json."""

from shadowtest.json_documents import document
from shadowtest.linting.finding import Report

SCHEMA_VERSION = 1


def render(report: Report) -> str:
    members = {
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
    return document(SCHEMA_VERSION, members)
