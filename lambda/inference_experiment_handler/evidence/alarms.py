"""``Alarms``: the current states of alarms."""

from collections.abc import Iterator

from inference_experiment_handler.evidence.answers import AlarmState, Evidence
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict
from inference_experiment_handler.spec.gate import Alarms

_LONGEST_REASON = 200


def findings(criterion: Alarms, evidence: Evidence) -> Iterator[Finding]:
    """An alarm in ALARM fails. An alarm that is missing, or that has too little data, is inconclusive."""
    states = {name: evidence.alarms.get(name) for name in criterion.alarm_names}
    ringing = [name for name, state in states.items() if state is not None and state.value == "ALARM"]
    unknown = [name for name, state in states.items() if name not in ringing and (state is None or state.value != "OK")]
    if ringing:
        verdict, shown = Verdict.FAILS, [*ringing, *unknown]
    else:
        verdict, shown = (Verdict.INCONCLUSIVE if unknown else Verdict.HOLDS), unknown
    yield Finding(
        limit=Limit("AlarmNames"),
        verdict=verdict,
        said="; ".join(_said(name, states[name]) for name in shown) or _all_ok(len(states)),
    )


def _said(name: str, state: AlarmState | None) -> str:
    if state is None:
        return f"there is no metric alarm or composite alarm {name}"
    reason = state.reason if len(state.reason) <= _LONGEST_REASON else f"{state.reason[:_LONGEST_REASON]}..."
    return f"{name} is {'in ' if state.value == 'ALARM' else ''}{state.value}{f' ({reason})' if reason else ''}"


def _all_ok(number: int) -> str:
    return "the alarm is OK" if number == 1 else f"all {number} alarms are OK"
