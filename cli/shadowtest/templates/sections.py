"""The sections of a plain template, such as ``Parameters``, and the faults in their form."""

from collections.abc import Iterator, Mapping
from typing import Any

_MAPS_OF_MAPS = ("Parameters", "Mappings", "Conditions", "Resources")


def section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Empty if the template does not have the section, or if it is not a map."""
    found = template.get(name)
    return found if isinstance(found, Mapping) else {}


def section_faults(template: Mapping[str, Any]) -> Iterator[str]:
    """The faults in the form of the template that CloudFormation refuses, one sentence each."""
    for name in _MAPS_OF_MAPS:
        if name not in template:
            continue
        if template[name] is None:
            yield f"{name} is empty, which CloudFormation refuses: leave it out"
        elif not isinstance(template[name], Mapping):
            yield f"{name} must be a map"
        for key, each in section(template, name).items():
            # The argument of a macro such as Fn::ForEach does not have to be a map.
            if not isinstance(each, Mapping) and not key.startswith("Fn::"):
                yield f"{name}.{key} must be a map"
    for key, each in section(template, "Parameters").items():
        if isinstance(each, Mapping) and isinstance(each.get("Default"), Mapping | list):
            yield f"Parameters.{key}.Default must be a string"
