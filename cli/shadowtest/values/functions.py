"""CloudFormation's functions on values that are known, or known in part."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


class MalformedFunctionError(ValueError):
    """A function whose arguments make no sense."""


def join(arguments: Any) -> Any:
    separator, parts = _arguments("Fn::Join", arguments, 2)
    return _if_known({"Fn::Join": arguments}, arguments, lambda: str(separator).join(map(_text, parts)))


def select(arguments: Any) -> Any:
    index, choices = _arguments("Fn::Select", arguments, 2)
    if isinstance(index, KnownAtDeployment) or isinstance(choices, KnownAtDeployment):
        return _unknown({"Fn::Select": arguments}, arguments)
    try:
        return choices[int(index)]
    except (IndexError, ValueError, TypeError) as error:
        raise MalformedFunctionError(f"Fn::Select takes {index!r} of {len(choices)} values") from error


def split(arguments: Any) -> Any:
    separator, text = _arguments("Fn::Split", arguments, 2)
    return _if_known({"Fn::Split": arguments}, arguments, lambda: _text(text).split(str(separator)))


def encode(argument: Any) -> Any:
    return _if_known({"Fn::Base64": argument}, argument, lambda: base64.b64encode(_text(argument).encode()).decode())


def find_in_map(arguments: Any, mappings: Mapping[str, Any]) -> Any:
    if any(unknowns_in(arguments)):
        return _unknown({"Fn::FindInMap": arguments}, arguments)
    if not isinstance(arguments, list) or len(arguments) < 3:
        raise MalformedFunctionError("Fn::FindInMap needs the name of a map and two keys")
    name, first, second = map(_text, arguments[:3])
    try:
        return mappings[name][first][second]
    except KeyError as error:
        raise MalformedFunctionError(f"Fn::FindInMap finds no {name}, {first}, {second}") from error


def substitute(arguments: Any, reference: Callable[[str], Any]) -> Any:
    """``reference``: the value of ``${Name}`` or ``${Resource.Attribute}``."""
    text, own = arguments if isinstance(arguments, list) and len(arguments) == 2 else (arguments, {})
    if not isinstance(text, str) or not isinstance(own, dict):
        raise MalformedFunctionError("Fn::Sub needs a text, and may have a map")
    found = {name: own[name] if name in own else reference(name) for name in _PLACEHOLDER.findall(text)}
    unknown = next(unknowns_in(list(found.values())), None)
    if unknown is not None:
        return KnownAtDeployment.of({"Fn::Sub": arguments}, unknown.why)
    return _PLACEHOLDER.sub(lambda match: _text(found[match[1]]), text).replace("${!", "${")


def _if_known(expression: Any, arguments: Any, value: Callable[[], Any]) -> Any:
    return _unknown(expression, arguments) if any(unknowns_in(arguments)) else value()


def _unknown(expression: Any, arguments: Any) -> KnownAtDeployment:
    return KnownAtDeployment.of(expression, next(unknowns_in(arguments)).why)


def _arguments(name: str, given: Any, count: int) -> list[Any]:
    if not isinstance(given, list) or len(given) != count:
        raise MalformedFunctionError(f"{name} needs {count} arguments")
    return given


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
