"""The resources on which another resource depends, directly or indirectly."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shadowtest.templates.sections import section

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)[^}]*\}")


def dependencies(template: Mapping[str, Any], logical_id: str) -> frozenset[str]:
    """The logical IDs of the resources that CloudFormation creates or updates before this one, or deletes after it."""
    resources = section(template, "Resources")
    found: set[str] = set()
    todo = [logical_id]
    while todo:
        resource = resources.get(todo.pop())
        named = set(_named(resource)) & resources.keys()
        todo += named - found
        found |= named
    return frozenset(found - {logical_id})


def _named(resource: Any) -> Iterator[str]:
    if not isinstance(resource, Mapping):
        return
    explicit = resource.get("DependsOn", [])
    yield from (each for each in (explicit if isinstance(explicit, list) else [explicit]) if isinstance(each, str))
    yield from _referenced(resource.get("Properties"))


def _referenced(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _referenced(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _of_function(key, each)
            yield from _referenced(each)


def _of_function(name: str, argument: Any) -> Iterator[str]:
    match name, argument:
        case "Ref", str():
            yield argument
        case "Fn::GetAtt", str():
            yield argument.partition(".")[0]
        case "Fn::GetAtt", [str(logical_id), *_]:
            yield logical_id
        case ("Fn::Sub", str(text)) | ("Fn::Sub", [str(text), *_]):
            yield from _IN_TEXT.findall(text)
