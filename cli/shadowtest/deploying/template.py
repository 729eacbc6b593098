"""The templates of a deployment."""

from typing import Any

from shadowtest.errors import CommandError
from shadowtest.templates.files import Template
from shadowtest.templates.node import plain
from shadowtest.templates.sections import section_faults


def deployable(template: Template) -> dict[str, Any]:
    """Its plain content. Raises a ``CommandError`` that lists every fault in its form that CloudFormation refuses."""
    content: dict[str, Any] = plain(template.root)
    faults = list(section_faults(content))
    if faults:
        raise CommandError(f"{template.name}: {'; '.join(faults)}")
    return content
