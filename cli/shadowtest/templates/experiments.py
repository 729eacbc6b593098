"""The resources of a plain template, and which of them are shadow tests. The template may be malformed elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.templates.sections import section


def experiments_of(template: Mapping[str, Any]) -> Iterator[str]:
    """Their logical IDs."""
    return (key for key, resource in resources_of(template) if resource.get("Type") == RESOURCE_TYPE)


def resources_of(template: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each resource with its logical ID."""
    for key, resource in section(template, "Resources").items():
        if isinstance(resource, Mapping):
            yield key, resource
