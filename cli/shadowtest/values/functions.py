"""CloudFormation's functions, on values that are known completely or in part."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shadowtest.values.forms import MalformedFunctionError, malformed
from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
_INDEX = re.compile(r"[0-9]{1,9}")
_KEYS = 3

Resolve = Callable[[Any], Any]


def join(arguments: Any) -> Any:
    match arguments:
        case [separator, list(parts)] if _are_texts([separator, *parts]):
            return _if_known("Fn::Join", arguments, lambda: text(separator).join(map(text, parts)))
        case [separator, KnownAtDeployment()] if _are_texts([separator]):
            return _unknown("Fn::Join", arguments)
    raise malformed("Fn::Join", arguments)


def select(arguments: Any) -> Any:
    match arguments:
        case [KnownAtDeployment(), list()] | [_, KnownAtDeployment()]:
            return _unknown("Fn::Select", arguments)
        case [index, list(choices)] if _INDEX.fullmatch(text(index)) and int(index) < len(choices):
            return choices[int(index)]
    raise malformed("Fn::Select", arguments)


def split(arguments: Any) -> Any:
    match arguments:
        case [separator, whole] if _are_texts([separator, whole]) and separator != "":
            return _if_known("Fn::Split", arguments, lambda: text(whole).split(text(separator)))
    raise malformed("Fn::Split", arguments)


def encode(argument: Any) -> Any:
    if not _are_texts([argument]):
        raise malformed("Fn::Base64", argument)
    return _if_known("Fn::Base64", argument, lambda: base64.b64encode(text(argument).encode()).decode())


def find_in_map(arguments: Any, mappings: Mapping[str, Any], resolve: Resolve, *, is_complete: bool) -> Any:
    """``arguments`` are not resolved yet. ``is_complete``: there are no other mappings."""
    match arguments:
        case [_, _, _]:
            given, default = arguments, None
        case [*given, {"DefaultValue": default}] if len(given) == _KEYS:
            pass
        case _:
            raise malformed("Fn::FindInMap", arguments)
    keys = [resolve(each) for each in given]
    if not _are_texts(keys):
        raise malformed("Fn::FindInMap", keys)
    if any(unknowns_in(keys)):
        return _unknown("Fn::FindInMap", keys)
    found: Any = mappings
    for key in map(text, keys):
        found = found.get(key) if isinstance(found, Mapping) else None
    if found is None and not is_complete:
        return KnownAtDeployment.of({"Fn::FindInMap": arguments}, "a macro may add the mapping")
    if found is None and default is None:
        raise MalformedFunctionError(f"Fn::FindInMap finds no {', '.join(map(text, keys))}")
    return resolve(default if found is None else found)


def substitute(arguments: Any, resolve: Resolve, reference: Callable[[str], Any]) -> Any:
    """``arguments`` are not resolved yet. ``reference``: the value of ``${Name}`` or ``${Resource.Attribute}``."""
    match arguments:
        case str(pattern):
            given: dict[str, Any] = {}
        case [str(pattern), dict(given)]:
            pass
        case _:
            raise malformed("Fn::Sub", arguments)
    own = {name: resolve(each) for name, each in given.items()}
    found = {name: own[name] if name in own else reference(name) for name in _PLACEHOLDER.findall(pattern)}
    if not _are_texts([*own.values(), *found.values()]):
        raise malformed("Fn::Sub", arguments)
    if any(unknowns_in(found)):
        return _unknown("Fn::Sub", [pattern, found])
    return _PLACEHOLDER.sub(lambda match: text(found[match[1]]), pattern).replace("${!", "${")


def text(value: Any) -> str:
    """A scalar as the string that CloudFormation makes of it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _are_texts(values: Iterable[Any]) -> bool:
    """Whether each is a string, or will be one at deployment."""
    return all(isinstance(each, str | int | float | KnownAtDeployment) for each in values)


def _if_known(name: str, arguments: Any, value: Callable[[], Any]) -> Any:
    return _unknown(name, arguments) if any(unknowns_in(arguments)) else value()


def _unknown(name: str, arguments: Any) -> KnownAtDeployment:
    unknowns = list(unknowns_in(arguments))
    return KnownAtDeployment.of({name: arguments}, unknowns[0].why, stays=all(each.stays for each in unknowns))
