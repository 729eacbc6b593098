"""Where prices come from."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from shadowtest.errors import CommandError
from shadowtest.templates.files import content_of
from shadowtest.templates.node import Mapping, plain
from shadowtest.templates.reading import UnreadableError, read


@dataclass(frozen=True)
class Price:
    """Of an instance for an hour."""

    amount: Decimal
    currency: str


Prices = Callable[[str, str], Price | str]
"""From a region and an instance type to the price, or to why it is unknown."""


def no_prices(why: str) -> Prices:
    return lambda _region, _instance_type: why


def prices_in(file: Path) -> Prices:
    """From a file such as ``{currency: EUR, prices: {ml.m5.xlarge: 0.27}}``. Raises a ``CommandError``."""
    try:
        root = read(content_of(file).decode("utf-8-sig"))
    except (UnreadableError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} {error}") from error
    said = plain(root) if isinstance(root, Mapping) else {}
    given = said.get("prices")
    if not isinstance(given, dict):
        raise CommandError(f"{file} must have a map 'prices', from instance types to prices for an hour")
    currency = said.get("currency", "USD")
    prices, faults = {}, []
    for instance_type, text in given.items():
        amount = _amount(text)
        if amount is None:
            faults.append(f"the price of {instance_type} is {text!r}, must be a number such as 0.27")
        else:
            prices[instance_type] = Price(amount, str(currency))
    if faults:
        raise CommandError(f"{file}: {'; '.join(faults)}")
    return lambda _region, instance_type: prices.get(instance_type, f"{file} has no price of {instance_type}")


def _amount(text: object) -> Decimal | None:
    try:
        amount = Decimal(str(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
