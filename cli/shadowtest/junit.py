"""JUnit's XML, for pipelines that show tests."""

import re
from xml.etree import ElementTree

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTS = (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


class Suite:
    """A test suite."""

    def __init__(self, name: str) -> None:
        self._suite = ElementTree.Element("testsuite", name=name)

    def case(self, classname: str, name: str, **attributes: str) -> "Case":
        given = {"classname": classname, "name": name, **attributes}
        xml = {key: _xml(value) for key, value in given.items()}
        return Case(ElementTree.SubElement(self._suite, "testcase", xml))

    def rendered(self) -> str:
        """The whole document."""
        for attribute, tag in _COUNTS:
            self._suite.set(attribute, str(sum(1 for _ in self._suite.iter(tag))))
        suites = ElementTree.Element("testsuites")
        suites.append(self._suite)
        ElementTree.indent(suites)
        return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


class Case:
    """A test case. It succeeds unless one of the methods is called."""

    def __init__(self, case: ElementTree.Element) -> None:
        self._case = case

    def failure(self, message: str, details: str = "") -> None:
        self._said("failure", message, details)

    def error(self, message: str) -> None:
        """It is not known whether it succeeds."""
        self._said("error", message)

    def skipped(self, message: str) -> None:
        self._said("skipped", message)

    def _said(self, tag: str, message: str, details: str = "") -> None:
        said = ElementTree.SubElement(self._case, tag, message=_xml(message))
        if details:
            said.text = _xml(details)


def _xml(text: str) -> str:
    """Replaces the control characters that XML does not allow."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
