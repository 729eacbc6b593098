"""The report as JUnit XML. Each experiment is a test case, and so is each template with faults outside experiments."""

from collections.abc import Iterable

from shadowtest.junit import Case, Suite
from shadowtest.linting.finding import Finding, Report


def render(report: Report) -> str:
    of_templates: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.resource is None:
            of_templates.setdefault(finding.file, []).append(finding)
    suite = Suite("shadowtest lint")
    for resource in report.resources:
        case = _case(suite, resource.file, resource.logical_id, report.of(resource))
        if resource.not_checked:
            case.skipped(resource.not_checked)
    for file, findings in of_templates.items():
        _case(suite, file, "the template", findings)
    return suite.rendered()


def _case(suite: Suite, file: str, name: str, findings: Iterable[Finding]) -> Case:
    case = suite.case(file, name, file=file)
    lines = [f"{each.file}:{each.place.line}:{each.place.column}: {each.sentence}" for each in findings]
    if lines:
        count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
        case.failure(count, "\n".join(lines))
    return case
