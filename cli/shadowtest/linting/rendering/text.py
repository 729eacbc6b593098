"""The report as text: one line for each fault, in a form that editors and terminals link, and a summary line."""

from shadowtest.linting.finding import Report
from shadowtest.outputs import escaped


def render(report: Report) -> str:
    lines = [
        f"{finding.file}:{finding.place.line}:{finding.place.column}: {finding.sentence}" for finding in report.findings
    ]
    lines.extend(
        f"{resource.file}:{resource.place.line}:{resource.place.column}: {resource.logical_id} is not checked: "
        f"{resource.not_checked}"
        for resource in report.not_checked
    )
    return "\n".join((*map(escaped, lines), _summary(report), ""))


def _summary(report: Report) -> str:
    checked = len(report.resources) - len(report.not_checked)
    faults = _counted(len(report.findings), "fault") if report.findings else "no faults"
    not_checked = f", {len(report.not_checked)} not checked" if report.not_checked else ""
    return f"{_counted(checked, 'experiment')}, {faults}{not_checked}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
