"""Reports as text, as JSON and as JUnit. The module of a format is imported when the format is used."""

from importlib import import_module

from shadowtest.linting.finding import Report

_MODULES = {"text": "text", "json": "json_document", "junit": "junit"}
FORMATS = tuple(_MODULES)


def rendered(report: Report, kind: str) -> str:
    module = import_module(f"shadowtest.linting.rendering.{_MODULES[kind]}")
    return str(module.render(report))
