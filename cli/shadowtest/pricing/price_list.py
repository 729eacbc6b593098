"""Prices from the AWS Price List."""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shadowtest.aws.errors import is_denied, words_of
from shadowtest.aws.session import Aws
from shadowtest.pricing.prices import Price

_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
"""The region that serves the Price List, by partition. Other partitions have no Price List."""
_HOURS = ("hrs", "hours", "hour")


class PriceList:
    """Reads the price of each instance type once. A price that can't be read is unknown, and does not fail the plan."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._found: dict[tuple[str, str], Price | str] = {}
        self._failed: str | None = None

    def __call__(self, region: str, instance_type: str) -> Price | str:
        key = (region, instance_type)
        if key not in self._found:
            # If IAM or the network refuses one instance type, it refuses all of them, and each attempt may take
            # minutes.
            self._found[key] = self._failed or self._read(region, instance_type)
        return self._found[key]

    def _read(self, region: str, instance_type: str) -> Price | str:
        try:
            if self._client is None:
                return f"partition {self._aws.partition} has no Price List"
            hourly = set(self._hourly_prices(region, instance_type))
        except (BotoCoreError, ClientError) as error:
            denied = "IAM does not allow pricing:GetProducts, and there is no --prices file"
            self._failed = denied if is_denied(error) else f"the Price List can't be read: {words_of(error)}"
            return self._failed
        except InvalidOperation:
            return f"the Price List has a price of {instance_type} in {region} that is not a number"
        if len(hourly) != 1:
            return f"the Price List has {len(hourly) or 'no'} hourly prices of {instance_type} in {region}"
        (price,) = hourly
        return price

    @cached_property
    def _client(self) -> Any:
        served_in = _REGIONS.get(self._aws.partition)
        return self._aws.in_region(served_in).client("pricing") if served_in is not None else None

    def _hourly_prices(self, region: str, instance_type: str) -> Iterator[Price]:
        filters = {"regionCode": region, "instanceName": instance_type, "component": "Hosting"}
        pages = self._client.get_paginator("get_products").paginate(
            ServiceCode="AmazonSageMaker",
            Filters=[{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()],
        )
        for page in pages:
            for product in page["PriceList"]:
                yield from _hourly(json.loads(product))


def _hourly(product: dict[str, Any]) -> Iterator[Price]:
    """The on-demand prices for an hour. Prices of 0 belong to reservations and free offers, and are ignored."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            if str(dimension.get("unit", "")).lower() not in _HOURS:
                continue
            for currency, amount in dimension.get("pricePerUnit", {}).items():
                price = _number(amount)
                if price > 0:
                    yield Price(price, currency)


def _number(amount: object) -> Decimal:
    number = Decimal(str(amount))
    if not number.is_finite():
        raise InvalidOperation
    return number.normalize()
