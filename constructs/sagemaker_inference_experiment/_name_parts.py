"""The parts of a name, which CloudFormation may join."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from aws_cdk import Stack

from sagemaker_inference_experiment._environment import environment_of
from sagemaker_inference_experiment._tokens import is_unresolved


class Attribute(NamedTuple):
    """An attribute of a resource in the same template, or its ``Ref``."""

    logical_id: str
    name: str


Parts = tuple[str | Attribute, ...]


def parts_of(stack: Stack, name: str) -> Parts:
    """The parts of a name in a stack. Any other expression becomes an attribute without a resource."""
    if not is_unresolved(name):
        return (name,)
    merged: list[str | Attribute] = []
    for part in _parts(stack.resolve(name), stack):
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return tuple(merged)


def _parts(value: Any, stack: Stack) -> Iterator[str | Attribute]:
    match value:
        case str():
            yield value
        case {"Ref": str(logical_id)}:
            yield _referred(logical_id, stack)
        case {"Fn::GetAtt": [str(logical_id), str(attribute)]}:
            yield Attribute(logical_id, attribute)
        case {"Fn::Join": [str(separator), list(values)]}:
            for index, each in enumerate(values):
                yield from [separator] if index and separator else []
                yield from _parts(each, stack)
        case {"Fn::Sub": str(text)}:
            yield from _substituted(text, {}, stack)
        case {"Fn::Sub": [str(text), dict(values)]}:
            yield from _substituted(text, values, stack)
        case _:
            yield Attribute("", repr(value))


def _substituted(text: str, values: dict[str, Any], stack: Stack) -> Iterator[str | Attribute]:
    # Every second piece is the text between ${ and }.
    for index, piece in enumerate(re.split(r"\$\{([^!}][^}]*)\}", text)):
        if index % 2 == 0:
            yield from [piece] if piece else []
        elif piece in values:
            yield from _parts(values[piece], stack)
        else:
            logical_id, _, attribute = piece.partition(".")
            yield Attribute(logical_id, attribute) if attribute else _referred(logical_id, stack)


def _referred(logical_id: str, stack: Stack) -> str | Attribute:
    """The value of a ``Ref``: literal text for the account and the region of a stack that has them."""
    place = environment_of(stack)
    literal = {"AWS::AccountId": place.account, "AWS::Region": place.region}.get(logical_id)
    return literal if literal is not None and not is_unresolved(literal) else Attribute(logical_id, "Ref")
