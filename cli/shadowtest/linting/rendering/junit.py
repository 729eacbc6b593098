"""The report as JUnit XML. Each experiment is a test case, and so is each template with faults outside experiments."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from shadowtest.linting.finding import Finding, Report

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    of_templates: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.resource is None:
            of_templates.setdefault(finding.file, []).append(finding)
    suite = ElementTree.Element("testsuite", name="shadowtest lint")
    for resource in report.resources:
        case = _case(suite, resource.file, resource.logical_id, report.of(resource))
        if resource.not_checked:
            ElementTree.SubElement(case, "skipped", message=_xml(resource.not_checked))
    for file, findings in of_templates.items():
        _case(suite, file, "the template", findings)
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))
    suite.set("errors", "0")
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, file: str, name: str, findings: Iterable[Finding]) -> ElementTree.Element:
    case = ElementTree.SubElement(suite, "testcase", classname=_xml(file), name=_xml(name), file=_xml(file))
    lines = [f"{each.file}:{each.place.line}:{each.place.column}: {each.sentence}" for each in findings]
    if lines:
        count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
        failure = ElementTree.SubElement(case, "failure", message=count)
        failure.text = _xml("\n".join(lines))
    return case


def _xml(text: str) -> str:
    """Replaces the control characters that XML does not allow."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
