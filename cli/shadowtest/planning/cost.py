"""What the plan's tests are billed from now, or from their start, until their end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shadowtest.planning.billing import SHADOW
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.planning.verdict import Bill, Kind
from shadowtest.pricing.prices import Price, Prices


@dataclass(frozen=True)
class Cost:
    """Of the shadow variants, which are what the tests add to the endpoints.

    Attributes:
        instance_hours: In all, as far as the ends are known.
        total: ``None`` where no price is known, or where there are several currencies.
        unknown: Why some of it is not in the total, one reason each.
        limit: The ``--max-cost``, if there is one.
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
    """Tests of which it is not known what they will be, or on which instances."""
    for plan in plans:
        for resource in plan.resources:
            if any(verdict.kind is Kind.UNKNOWN for verdict in resource.verdicts):
                yield f"the effect on {resource.logical_id} is not known"
            if not all(verdict.bills_are_complete for verdict in resource.verdicts):
                yield f"the instances of the shadow variant of {resource.logical_id} are known only at deployment"


def _shadow_bills(plans: Iterable[StackPlan]) -> Iterator[tuple[str, Bill]]:
    for plan in plans:
        for resource in plan.resources:
            # What is said last of a test holds.
            last = {verdict.experiment: verdict for verdict in resource.verdicts}
            for verdict in last.values():
                yield from ((plan.region, bill) for bill in verdict.bills if bill.role == SHADOW)
