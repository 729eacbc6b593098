"""For reading: a line for each fault, which editors and terminals take for a link, and a last one that sums up."""

from shadowtest.linting.finding import Report
from shadowtest.outputs import on_a_line


def render(report: Report) -> str:
    lines = [
        f"{finding.file}:{finding.place.line}:{finding.place.column}: {finding.sentence}" for finding in report.findings
    ]
    lines.extend(
        f"{resource.file}:{resource.place.line}:{resource.place.column}: {resource.logical_id} is not checked: "
        f"{resource.not_checked}"
        for resource in report.not_checked
    )
    return "\n".join((*map(on_a_line, lines), _summary(report), ""))


def _summary(report: Report) -> str:
    faults = _counted(len(report.findings), "fault") if report.findings else "no faults"
    return f"{_counted(len(report.resources), 'experiment')}, {faults}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
