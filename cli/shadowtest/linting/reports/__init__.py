"""The formats of a report."""

from collections.abc import Callable, Mapping

from shadowtest.linting.finding import Report
from shadowtest.linting.reports.as_json import as_json
from shadowtest.linting.reports.as_junit import as_junit
from shadowtest.linting.reports.as_text import as_text

FORMATS: Mapping[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "junit": as_junit}
