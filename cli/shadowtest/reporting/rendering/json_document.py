"""Reports as JSON. Its schema is docs/report.schema.json."""

from collections.abc import Iterable
from typing import Any

from inference_experiment_handler.evidence.windows import Window
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.rendering.words import said
from shadowtest.json_documents import document, instant, number
from shadowtest.reporting.metrics.values import NO_DATA, Value
from shadowtest.reporting.report import Comparison, Report, Variant

SCHEMA_VERSION = 1


def render_json(reports: Iterable[Report]) -> str:
    return document(SCHEMA_VERSION, {"tests": [_test(report) for report in reports]})


def _test(report: Report) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "logicalId": report.logical_id,
        "experiment": report.experiment,
        "status": report.status,
        "statusReason": report.status_reason,
        "endpoint": report.endpoint,
        "samplingPercentage": report.sampling,
        "start": instant(report.start),
        "end": instant(report.end),
        "variants": {role: _variant(variant) for role, variant in report.variants.items()},
        "window": _window(report.window),
        "percentileWindow": _window(report.percentile_window),
        "measures": [_measure(comparison) for comparison in report.comparisons],
        "notes": list(report.notes),
        "gate": _gate(report.gate),
    }


def _gate(gate: GateOfTest | None) -> dict[str, Any] | None:
    return {"verdict": gate.verdict.value, "message": said(gate)} if gate is not None else None


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
    return {"start": instant(asked.start), "end": instant(asked.end), "periodSeconds": asked.period}


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


def _number(value: float | None) -> float | None:
    return number(value, digits=4)
