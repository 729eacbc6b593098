"""Caches values of CDK that never change, because each read is a request to its Node process."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


def ask_once(ask: Callable[[K], V]) -> Callable[[K], V]:
    """A function that asks CDK once for each object, and keeps the value for as long as the object exists."""
    answers: WeakKeyDictionary[K, V] = WeakKeyDictionary()

    @wraps(ask)
    def asked_once(about: K) -> V:
        if not isinstance(about, Hashable):
            return ask(about)
        if about not in answers:
            answers[about] = ask(about)
        return answers[about]

    return asked_once
