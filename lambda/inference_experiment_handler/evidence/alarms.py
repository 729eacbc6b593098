"""``Alarms``: the current states of alarms."""

from collections.abc import Iterator

from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict
from inference_experiment_handler.model.alarm import ObservedAlarm
from inference_experiment_handler.spec.gate import Alarms

_LONGEST_REASON = 200


def findings(criterion: Alarms, evidence: Evidence) -> Iterator[Finding]:
    """An alarm in ALARM fails. An alarm that is missing, or that has too little data, is inconclusive."""
    alarms = {name: evidence.alarms.get(name) for name in criterion.alarm_names}
    ringing = [name for name, alarm in alarms.items() if alarm is not None and alarm.rings]
    unknown = [name for name, alarm in alarms.items() if name not in ringing and (alarm is None or alarm.state != "OK")]
    if ringing:
        verdict, shown = Verdict.FAILS, [*ringing, *unknown]
    else:
        verdict, shown = (Verdict.INCONCLUSIVE if unknown else Verdict.HOLDS), unknown
    yield Finding(
        limit=Limit("AlarmNames"),
        verdict=verdict,
        said="; ".join(_said(name, alarms[name]) for name in shown) or _all_ok(len(alarms)),
    )


def _said(name: str, alarm: ObservedAlarm | None) -> str:
    if alarm is None:
        return f"there is no metric alarm or composite alarm {name}"
    reason = alarm.reason if len(alarm.reason) <= _LONGEST_REASON else f"{alarm.reason[:_LONGEST_REASON]}..."
    return f"{name} is {'in ' if alarm.rings else ''}{alarm.state}{f' ({reason})' if reason else ''}"


def _all_ok(number: int) -> str:
    return "the alarm is OK" if number == 1 else f"all {number} alarms are OK"
