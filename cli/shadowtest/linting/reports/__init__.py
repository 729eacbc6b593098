"""The formats of a report. Each is imported when it is asked for."""

from importlib import import_module

from shadowtest.linting.finding import Report

FORMATS = ("text", "json", "junit")


def rendered(report: Report, kind: str) -> str:
    module = import_module(f"shadowtest.linting.reports.as_{kind}")
    return str(module.render(report))
