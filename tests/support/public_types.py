"""The package's own types, as its signatures name them."""

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from typing import Any

from constructs import Construct

import sagemaker_inference_experiment as package


def types_of_the_package(hint: Any) -> Iterator[type]:
    for argument in typing.get_args(hint):
        yield from types_of_the_package(argument)
    if isinstance(hint, type) and hint.__module__.startswith(package.__name__):
        yield hint


def declarable() -> dict[str, set[str]]:
    """What can be declared: the parameters of each construct, and of each value that a parameter takes."""
    found: dict[str, set[str]] = {}
    todo: list[Any] = [cls for cls in public_classes() if issubclass(cls, Construct) and not inspect.isabstract(cls)]
    while todo:
        cls = todo.pop()
        if cls.__name__ not in found:
            hints = _parameters(cls)
            found[cls.__name__] = hints.keys() - {"scope", "id", "return"}
            values = [each for hint in hints.values() for each in types_of_the_package(hint)]
            todo += [each for each in values if dataclasses.is_dataclass(each)]
    return found


def _parameters(cls: Any) -> dict[str, Any]:
    """The parameters of a constructor, with those that a dictionary's type stands for."""
    hints = typing.get_type_hints(cls.__init__)
    packed = [name for name, hint in hints.items() if typing.get_origin(hint) is typing.Unpack]
    for name in packed:
        (options,) = typing.get_args(hints.pop(name))
        hints |= typing.get_type_hints(options)
    return hints


def public_classes() -> Iterator[type]:
    for name in package.__all__:
        if isinstance(public := getattr(package, name), type):
            yield public
