"""The branches of ``Fn::If``: the values of properties, depending on the template's conditions."""

from collections.abc import Iterator
from collections.abc import Mapping as Assignment
from itertools import product

from shadowtest.templates.node import Entry, Mapping, Node, Scalar, Sequence, intrinsic

_NO_VALUE = "AWS::NoValue"
_ARGUMENTS = 3

Conditions = Assignment[str, bool]


def reached(node: Node, given: Conditions) -> Iterator[Conditions]:
    """The conditions of each branch, including those of the branches around it. The first result is ``given``."""
    yield given
    yield from _branches(node, given)


def _branches(node: Node, given: Conditions) -> Iterator[Conditions]:
    choice = _choice(node)
    if choice:
        condition, branches = choice
        for value, branch in branches.items():
            if given.get(condition, value) == value:
                inside = {**given, condition: value}
                yield inside
                yield from _branches(branch, inside)
    elif isinstance(node, Mapping):
        for entry in node.entries:
            yield from _branches(entry.value, given)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _branches(item, given)


def assignments(conditions: set[str], given: Conditions) -> Iterator[Conditions]:
    """Every combination of values of the conditions."""
    open_ones = sorted(conditions - given.keys())
    for values in product((True, False), repeat=len(open_ones)):
        yield {**given, **dict(zip(open_ones, values, strict=True))}


def resolved(node: Node, conditions: Conditions) -> Node | None:
    """The node with the branches that the conditions choose. ``None`` if there is no value (``AWS::NoValue``).

    The value of a branch has the place of the branch.
    """
    choice = _choice(node)
    if choice:
        condition, branches = choice
        return resolved(branches[conditions[condition]], conditions)
    function = intrinsic(node)
    if function and function[0] == "Ref" and isinstance(function[1], Scalar) and function[1].text == _NO_VALUE:
        return None
    if isinstance(node, Mapping):
        entries = []
        for key, place, value in node.entries:
            kept = resolved(value, conditions)
            if kept is not None:
                entries.append(Entry(key, kept.place if _choice(value) else place, kept))
        return Mapping(node.place, tuple(entries))
    if isinstance(node, Sequence):
        items = (resolved(item, conditions) for item in node.items)
        return Sequence(node.place, tuple(item for item in items if item is not None))
    return node


def _choice(node: Node) -> tuple[str, dict[bool, Node]] | None:
    """The condition and the branches of an ``Fn::If``."""
    function = intrinsic(node)
    if not function or function[0] != "Fn::If" or not isinstance(function[1], Sequence):
        return None
    arguments = function[1].items
    if len(arguments) != _ARGUMENTS or not isinstance(arguments[0], Scalar) or arguments[0].text is None:
        return None
    return arguments[0].text, {True: arguments[1], False: arguments[2]}
