"""Gates as JSON. Its schema is docs/gate.schema.json."""

from collections.abc import Sequence
from typing import Any

from inference_experiment_handler.evidence.judgement import Finding, Judged
from inference_experiment_handler.evidence.windows import Window
from shadowtest.gating.gate_of_test import GateOfTest, verdict_of_all
from shadowtest.gating.rendering.words import said
from shadowtest.json_documents import document, instant, number

SCHEMA_VERSION = 1
_DIGITS = 6


def render_json(gates: Sequence[GateOfTest]) -> str:
    verdict = verdict_of_all(gates).value if gates else None
    return document(SCHEMA_VERSION, {"verdict": verdict, "gates": [_gate(gate) for gate in gates]})


def _gate(gate: GateOfTest) -> dict[str, Any]:
    judgement = gate.judgement
    return {
        "stack": gate.stack,
        "logicalId": gate.logical_id,
        "experiment": gate.experiment or None,
        "status": gate.status,
        "scheduledEnd": instant(gate.end),
        "verdict": gate.verdict.value,
        "message": said(gate),
        "judgedAt": instant(judgement.at) if judgement is not None else None,
        "enoughAt": instant(judgement.enough_at) if judgement is not None else None,
        "criteria": [_criterion(each) for each in judgement.criteria] if judgement is not None else [],
    }


def _criterion(judged: Judged) -> dict[str, Any]:
    return {
        "type": type(judged.criterion).__name__,
        "name": judged.name,
        "enforce": judged.criterion.enforce,
        "verdict": judged.verdict.value,
        "findings": [_finding(each) for each in judged.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    limit = finding.limit
    return {
        "verdict": finding.verdict.value,
        "property": limit.name or None,
        "limit": number(limit.value, _DIGITS),
        "unit": limit.unit or None,
        "value": number(finding.value, _DIGITS),
        "samples": number(finding.samples, _DIGITS),
        "window": _window(finding.window),
        "enoughAt": instant(finding.enough_at),
        "message": finding.said,
    }


def _window(window: Window | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {"start": instant(window.start), "end": instant(window.end), "periodSeconds": window.period}
