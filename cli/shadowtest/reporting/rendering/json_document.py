"""Reports as JSON. Its schema is docs/report.schema.json."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from inference_experiment_handler.spec.text import iso_instant
from shadowtest.reporting.metrics.values import NO_DATA, Value
from shadowtest.reporting.metrics.windows import Window
from shadowtest.reporting.report import Comparison, Report, Variant

SCHEMA_VERSION = 1
"""Another one where a program that reads this one would go wrong. A new member is no reason."""


def render_json(reports: Iterable[Report]) -> str:
    document = {"schemaVersion": SCHEMA_VERSION, "tests": [_test(report) for report in reports]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _test(report: Report) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "logicalId": report.logical_id,
        "experiment": report.experiment,
        "status": report.status,
        "statusReason": report.status_reason,
        "endpoint": report.endpoint,
        "samplingPercentage": report.sampling,
        "start": _instant(report.start),
        "end": _instant(report.end),
        "variants": {role: _variant(variant) for role, variant in report.variants.items()},
        "window": _window(report.window),
        "percentileWindow": _window(report.percentile_window),
        "measures": [_measure(comparison) for comparison in report.comparisons],
        "notes": list(report.notes),
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "model": variant.model,
        "instanceType": variant.instance_type,
        "instanceCount": variant.instance_count,
    }


def _window(asked: Window | None) -> dict[str, Any] | None:
    if asked is None:
        return None
    return {"start": _instant(asked.start), "end": _instant(asked.end), "periodSeconds": asked.period}


def _measure(comparison: Comparison) -> dict[str, Any]:
    return {
        "metricName": comparison.metric_name,
        "statistic": comparison.statistic,
        "unit": comparison.unit or None,
        "production": _value(comparison.production),
        "shadow": _value(comparison.shadow),
        "ratio": _number(comparison.ratio),
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "value": _number(value.number),
        "note": value.note or (None if value.number is not None else NO_DATA),
        "lowest": _number(value.lowest),
        "highest": _number(value.highest),
        "periods": value.periods,
        "count": _number(value.count),
    }


def _number(number: float | None) -> float | None:
    return round(number, 4) if number is not None else None


def _instant(instant: datetime | None) -> str | None:
    return iso_instant(instant) if instant is not None else None
