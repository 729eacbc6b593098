"""A template's conditions: true, false, or known only at deployment."""

from collections.abc import Callable, Mapping
from typing import Any

from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.unknown import KnownAtDeployment, unknowns_in

Holds = bool | KnownAtDeployment


class Conditions:
    """``resolve``: the value of an expression that is no condition."""

    def __init__(self, declared: Mapping[str, Any], resolve: Callable[[Any], Any]) -> None:
        self._declared = declared
        self._resolve = resolve

    def named(self, name: str) -> Holds:
        if name not in self._declared:
            raise MalformedFunctionError(f"there is no condition {name}")
        return self.holds(self._declared[name])

    def holds(self, expression: Any) -> Holds:
        if not isinstance(expression, dict) or len(expression) != 1:
            raise MalformedFunctionError(f"{expression!r} is no condition")
        ((function, arguments),) = expression.items()
        match function:
            case "Condition":
                return self.named(arguments)
            case "Fn::Equals":
                one, other = (self._resolve(each) for each in arguments)
                unknown = next(unknowns_in([one, other]), None)
                return unknown if unknown is not None else str(one) == str(other)
            case "Fn::Not":
                (held,) = (self.holds(each) for each in arguments)
                return held if isinstance(held, KnownAtDeployment) else not held
            case "Fn::And":
                return _decided([self.holds(each) for each in arguments], by=False)
            case "Fn::Or":
                return _decided([self.holds(each) for each in arguments], by=True)
        raise MalformedFunctionError(f"{function} is no function of conditions")


def _decided(held: list[Holds], *, by: bool) -> Holds:
    """One that is ``by`` decides, whatever the others are."""
    if by in [each for each in held if isinstance(each, bool)]:
        return by
    return next((each for each in held if isinstance(each, KnownAtDeployment)), not by)
