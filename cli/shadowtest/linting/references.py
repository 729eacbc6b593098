"""Attributes that a template reads from experiments, but that do not exist."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from inference_experiment_handler.model.attributes import ATTRIBUTES
from shadowtest.templates.node import Mapping, Node, Path, Place, Scalar, Sequence, intrinsic, walk

_IN_TEXT = re.compile(r"\$\{([^!}][^}]*)\}")


def unknown_attributes(root: Node, logical_ids: set[str]) -> Iterator[tuple[Path, Place, str, str]]:
    """The path, the place, the experiment and the fault of each such attribute."""
    for path, node in walk(root):
        function = intrinsic(node)
        if function is None:
            continue
        for logical_id, attribute in dict.fromkeys(_attributes(*function)):
            if logical_id in logical_ids and attribute not in ATTRIBUTES:
                yield path, node.place, logical_id, _problem(logical_id, attribute)


def _problem(logical_id: str, attribute: str) -> str:
    close = get_close_matches(attribute, ATTRIBUTES, n=1)
    hint = f"did you mean {close[0]}?" if close else f"must be {', '.join(ATTRIBUTES[:-1])} or {ATTRIBUTES[-1]}"
    return f"is {logical_id}.{attribute}, which is not an attribute of {logical_id}, {hint}"


def _attributes(name: str, argument: Node) -> Iterator[tuple[str, str]]:
    if name == "Fn::GetAtt":
        texts = (
            [item.text for item in argument.items if isinstance(item, Scalar)] if isinstance(argument, Sequence) else []
        )
        if isinstance(argument, Scalar):
            texts = [*(argument.text or "").partition(".")[::2]]
        if len(texts) == 2 and texts[0] and texts[1]:
            yield texts[0], texts[1]
    elif name == "Fn::Sub":
        text, own = _substituted(argument)
        for variable in _IN_TEXT.findall(text):
            logical_id, dot, attribute = variable.partition(".")
            if dot and variable not in own:
                yield logical_id, attribute


def _substituted(argument: Node) -> tuple[str, set[str]]:
    """The text, and the names to which the function itself gives values."""
    if isinstance(argument, Sequence) and len(argument.items) == 2:
        text, variables = argument.items
        own = {entry.key for entry in variables.entries} if isinstance(variables, Mapping) else set()
        return _substituted(text)[0], own
    return (argument.text or "", set()) if isinstance(argument, Scalar) else ("", set())
