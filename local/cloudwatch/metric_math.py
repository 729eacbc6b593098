"""Metric math: the operators, and the functions that the alarms and dashboards of the construct use.

A series has one value for each moment, ``None`` where there is none. The user guide ("Metric math syntax and
functions") says what becomes of a missing value. It does not say what becomes of a metric that has no data at all:
whether ``FILL`` fills it, and whether it counts as 0 beside another one. ``fills_nothing`` chooses.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Series = list[float | None]
Value = float | Series


class UnknownExpressionError(Exception):
    """The expression has a function, an operator or an id that is not known here, or its result is no time series."""


def identifiers(expression: str) -> set[str]:
    """The ids that an expression refers to; functions and operators are in upper case."""
    return set(re.findall(r"\b[a-z]\w*", expression))


def calculated(
    expressions: Mapping[str, str],
    series: Mapping[str, Series],
    moments: Sequence[float],
    *,
    fills_nothing: bool = True,
) -> dict[str, Series]:
    """All the series by their ids: the given ones, and those of the expressions, which may refer to each other."""
    known = dict(series)
    waiting = dict(expressions)
    while waiting:
        ready = [id for id, expression in waiting.items() if identifiers(expression) <= known.keys()]
        if not ready:
            raise UnknownExpressionError(f"these refer to what is not there: {waiting}")
        for id in ready:
            known[id] = evaluate(waiting.pop(id), known, moments, fills_nothing=fills_nothing)
    return known


def evaluate(
    expression: str, series: Mapping[str, Series], moments: Sequence[float], *, fills_nothing: bool = True
) -> Series:
    """The value of one expression. ``moments``: the seconds since 1970 of each value."""
    words = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression))
    try:
        parsed = ast.parse(words.strip(), mode="eval").body
    except SyntaxError as error:
        raise UnknownExpressionError(f"{expression}: {error.msg}") from error
    value = _Evaluation(series, moments, fills_nothing).value(parsed)
    if not isinstance(value, list):
        raise UnknownExpressionError(f"{expression} is a number, must be a time series")
    return value


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.And: lambda left, right: bool(left) and bool(right),
    ast.Or: lambda left, right: bool(left) or bool(right),
}


@dataclass(frozen=True)
class _Evaluation:
    series: Mapping[str, Series]
    moments: Sequence[float]
    fills_nothing: bool

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(int() | float() as number):
                return float(number)
            case ast.Name(id) if id in self.series:
                return self.series[id]
            case ast.UnaryOp(ast.USub(), of):
                return self._operated(operator.mul, -1.0, self.value(of))
            case ast.BinOp(left, op, right) | ast.Compare(left, [op], [right]) if type(op) in _OPERATORS:
                return self._operated(_OPERATORS[type(op)], self.value(left), self.value(right))
            case ast.BoolOp(op, [first, *others]):
                result = self.value(first)
                for other in others:
                    result = self._operated(_OPERATORS[type(op)], result, self.value(other))
                return result
            case ast.Call(ast.Name("FILL"), [of, filler]):
                return self._filled(self.value(of), self.value(filler))
            case ast.Call(ast.Name("IF"), [condition, then, *otherwise]) if len(otherwise) <= 1:
                no = self.value(otherwise[0]) if otherwise else self._spread(None)
                return self._chosen(self.value(condition), self.value(then), no)
            case ast.Call(ast.Name("EPOCH"), [of]):
                # It has a value at each moment of the range, whether the metric has one or not.
                self._series(of)
                return list(self.moments)
            case ast.Call(ast.Name("RUNNING_SUM"), [of]):
                values = self._series(of)
                sums = accumulate(each or 0.0 for each in values)
                return [None if each is None else so_far for each, so_far in zip(values, sums, strict=True)]
        raise UnknownExpressionError(f"not known here: {ast.unparse(node)}")

    def _series(self, node: ast.expr) -> Series:
        value = self.value(node)
        if not isinstance(value, list):
            raise UnknownExpressionError(f"{ast.unparse(node)} is a number, must be a time series")
        return value

    def _filled(self, values: Value, filler: Value) -> Value:
        if not isinstance(values, list) or (_is_empty(values) and not self.fills_nothing):
            return values
        return [at if each is None else each for each, at in zip(values, self._spread(filler), strict=True)]

    def _chosen(self, condition: Value, then: Value, other: Value) -> Series:
        """Where the condition holds, a missing value is 0. Where the condition is missing, so is the result."""
        given = zip(self._spread(condition), self._spread(then), self._spread(other), strict=True)
        if not isinstance(condition, list):
            return [yes if condition else no for _, yes, no in given]
        return [None if holds is None else (yes or 0.0) if holds else no for holds, yes, no in given]

    def _operated(self, op: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
        nothing = next((side for side in (left, right) if _is_empty(side)), None)
        if nothing is not None and not self.fills_nothing:
            return nothing
        if not isinstance(left, list) and not isinstance(right, list):
            result = _point(op, left, right, both=False)
            if result is None:
                raise UnknownExpressionError("a number is divided by 0")
            return result
        both = isinstance(left, list) and isinstance(right, list)
        sides = zip(self._spread(left), self._spread(right), strict=True)
        return [_point(op, one, other, both=both) for one, other in sides]

    def _spread(self, value: Value | None) -> Series:
        return value if isinstance(value, list) else [value] * len(self.moments)


def _is_empty(value: Value) -> bool:
    return isinstance(value, list) and all(each is None for each in value)


def _point(op: Callable[[Any, Any], Any], left: float | None, right: float | None, *, both: bool) -> float | None:
    # Of two series, the one that lacks a value counts as 0. Where both do, or a number meets a gap, there is none.
    if (left is None and right is None) or (not both and None in (left, right)):
        return None
    try:
        return float(op(left or 0.0, right or 0.0))
    except ZeroDivisionError:
        return None
