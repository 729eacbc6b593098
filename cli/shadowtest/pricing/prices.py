"""A source of prices, and prices from a file."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from shadowtest.errors import CommandError
from shadowtest.templates.duplicates import duplicate_keys
from shadowtest.templates.files import tree_in
from shadowtest.templates.node import Mapping, Node, Scalar

_KEYS = ("currency", "prices")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Price:
    """The price of an instance for one hour."""

    amount: Decimal
    currency: str


Prices = Callable[[str, str], Price | str]
"""Takes a region and an instance type. Returns the price, or why it is unknown."""


def no_prices(why: str) -> Prices:
    return lambda _region, _instance_type: why


def prices_in(file: Path) -> Prices:
    """The prices in a file such as ``{currency: EUR, prices: {ml.m5.xlarge: 0.27}}``.

    Raises a ``CommandError`` that lists all faults.

    The currency is USD if the file has none.
    """
    root, listed = _read(file)
    if faults := sorted(_faults(root, listed)):
        raise CommandError(f"{file}: {'; '.join(f'line {line}: {fault}' for line, fault in faults)}")
    said = root.get("currency")
    currency = _text(said) if said is not None else "USD"
    amounts = ((entry.key, _amount(entry.value)) for entry in listed.entries)
    prices = {instance_type: Price(amount, currency) for instance_type, amount in amounts if amount is not None}
    return lambda _region, instance_type: prices.get(instance_type, f"{file} has no price of {instance_type}")


def _read(file: Path) -> tuple[Mapping, Mapping]:
    """The whole file, and the map of prices in it."""
    root = tree_in(file)
    prices = root.get("prices") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(prices, Mapping):
        raise CommandError(f"{file} must have a map 'prices', from instance types to prices for an hour")
    return root, prices


def _faults(root: Mapping, prices: Mapping) -> Iterator[tuple[int, str]]:
    """Each with its line."""
    for path, place, fault in duplicate_keys(root):
        yield place.line, f"{path[-1]} {fault}"
    for entry in root.entries:
        if entry.key not in _KEYS:
            yield entry.place.line, f"{entry.key} is not known, must be currency or prices"
        elif entry.key == "currency" and not _CURRENCY.fullmatch(_text(entry.value)):
            yield entry.place.line, f"the currency is {_text(entry.value)!r}, must be three letters such as USD"
    for entry in prices.entries:
        if _amount(entry.value) is None:
            yield (
                entry.place.line,
                f"the price of {entry.key} is {_text(entry.value)!r}, must be a number such as 0.27, not below 0",
            )


def _text(node: Node) -> str:
    return node.text or "" if isinstance(node, Scalar) else "a map" if isinstance(node, Mapping) else "a list"


def _amount(node: Node) -> Decimal | None:
    try:
        amount = Decimal(_text(node))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
