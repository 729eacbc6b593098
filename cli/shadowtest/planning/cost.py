"""The cost of the planned tests from now, or from their start, until their end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shadowtest.planning.billing import SHADOW
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.planning.verdict import Bill, Kind
from shadowtest.pricing.prices import Price, Prices


@dataclass(frozen=True)
class Cost:
    """The cost of the shadow variants, which the tests add to the endpoints.

    Attributes:
        instance_hours: The total, as far as the end of each test is known.
        total: ``None`` if no price is known, or if the prices are in several currencies.
        unknown: Why a part of the cost is not in the total. Each entry is one reason.
        limit: The value of ``--max-cost``, if it is given.
    """

    instance_hours: float
    total: Decimal | None
    currency: str
    unknown: tuple[str, ...]
    limit: Decimal | None = None

    @property
    def is_too_high(self) -> bool:
        return self.limit is not None and self.total is not None and self.total > self.limit


def cost_of(plans: Sequence[StackPlan], prices: Prices, limit: Decimal | None = None) -> Cost:
    hours, amounts = 0.0, list[Price]()
    unknown = dict.fromkeys(_untold(plans))
    for region, bill in _shadow_bills(plans):
        if bill.instance_hours is None:
            unknown[f"shadow variant {bill.variant} has no scheduled end"] = None
            continue
        hours += bill.instance_hours
        price = prices(region, bill.instance_type)
        if isinstance(price, str):
            unknown[price] = None
        else:
            amounts.append(Price(price.amount * Decimal(str(bill.instance_hours)), price.currency))
    currencies = {price.currency for price in amounts}
    if len(currencies) > 1:
        unknown["the prices are in several currencies"] = None
    is_known = len(currencies) == 1 or not (amounts or unknown)
    total = sum((price.amount for price in amounts), Decimal(0)) if is_known else None
    return Cost(hours, total, next(iter(currencies), "USD"), tuple(unknown), limit)


def _untold(plans: Iterable[StackPlan]) -> Iterator[str]:
    """Why the cost of some tests is not known: their verdict, or their instances."""
    for plan in plans:
        for resource in plan.resources:
            if any(verdict.kind is Kind.UNKNOWN for verdict in resource.verdicts):
                yield f"the effect on {resource.logical_id} is not known"
            if not all(verdict.bills_are_complete for verdict in resource.verdicts):
                yield f"the instances of the shadow variant of {resource.logical_id} are known only at deployment"


def _shadow_bills(plans: Iterable[StackPlan]) -> Iterator[tuple[str, Bill]]:
    for plan in plans:
        for resource in plan.resources:
            # The last verdict on a test applies.
            last = {verdict.experiment: verdict for verdict in resource.verdicts}
            for verdict in last.values():
                yield from ((plan.region, bill) for bill in verdict.bills if bill.role == SHADOW)
