"""Templates that are to be deployed."""

from pathlib import Path
from typing import Any

from shadowtest.errors import CommandError
from shadowtest.templates.files import template_in
from shadowtest.templates.node import plain
from shadowtest.templates.sections import section_faults


def deployable_template(file: Path) -> dict[str, Any]:
    """Raises a ``CommandError`` that lists all that CloudFormation refuses of the form of the template."""
    template: dict[str, Any] = plain(template_in(file).root)
    faults = list(section_faults(template))
    if faults:
        raise CommandError(f"{file}: {'; '.join(faults)}")
    return template
