"""A template's conditions: true, false, or known only at deployment."""

from collections.abc import Callable, Mapping
from typing import Any

from shadowtest.templates.macros import in_words, is_macro
from shadowtest.values.depth import Depth
from shadowtest.values.forms import MalformedFunctionError, malformed
from shadowtest.values.functions import text
from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

Holds = bool | KnownAtDeployment

_MOST = 10


class Conditions:
    """``resolve``: resolves an expression that is not a condition. ``is_complete``: there are no other conditions."""

    def __init__(
        self, declared: Mapping[str, Any], resolve: Callable[[Any], Any], depth: Depth, *, is_complete: bool
    ) -> None:
        self._declared = declared
        self._resolve = resolve
        self._depth = depth
        self._is_complete = is_complete
        self._held: dict[str, Holds] = {}
        self._in_hand: set[str] = set()

    def named(self, name: Any) -> Holds:
        if not isinstance(name, str):
            raise malformed("Condition", name)
        if name not in self._declared:
            if not self._is_complete:
                return KnownAtDeployment.of({"Condition": name}, f"a macro may add condition {name}")
            raise MalformedFunctionError(f"there is no condition {name}")
        if name not in self._held:
            if name in self._in_hand:
                raise MalformedFunctionError(f"condition {name} depends on itself")
            self._in_hand.add(name)
            try:
                self._held[name] = self._holds(self._declared[name])
            finally:
                self._in_hand.discard(name)
        return self._held[name]

    def _holds(self, expression: Any) -> Holds:
        with self._depth:
            return self._decide(expression)

    def _decide(self, expression: Any) -> Holds:
        macro = next(filter(is_macro, expression), None) if isinstance(expression, Mapping) else None
        if macro is not None:
            return KnownAtDeployment.of(expression, in_words(macro))
        if not isinstance(expression, Mapping) or len(expression) != 1:
            raise MalformedFunctionError("a condition must be a map with one function")
        ((function, arguments),) = expression.items()
        match function, arguments:
            case "Condition", _:
                return self.named(arguments)
            case "Fn::Equals", [_, _]:
                return self._equal(arguments)
            case "Fn::Not", [argument]:
                held = self._holds(argument)
                return held if isinstance(held, KnownAtDeployment) else not held
            case (("Fn::And" | "Fn::Or"), [_, _, *_]) if len(arguments) <= _MOST:
                return _decided([self._holds(each) for each in arguments], by=function == "Fn::Or")
            case (("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or"), _):
                raise malformed(function, arguments)
        raise MalformedFunctionError(f"{function} is not a condition function")

    def _equal(self, arguments: list[Any]) -> Holds:
        # AWS::NoValue is removed from the list, because it is not a value.
        match self._resolve(arguments):
            case [one, other]:
                unknown = next(unknowns_in([one, other]), None)
                return unknown if unknown is not None else _comparable(one) == _comparable(other)
        raise malformed("Fn::Equals", arguments)


def _comparable(value: Any) -> Any:
    return value if isinstance(value, dict | list) else text(value)


def _decided(held: list[Holds], *, by: bool) -> Holds:
    """A single value that equals ``by`` decides, regardless of the others."""
    if by in [each for each in held if isinstance(each, bool)]:
        return by
    return next((each for each in held if isinstance(each, KnownAtDeployment)), not by)
