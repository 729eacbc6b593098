"""Prices of the AWS Price List."""

import json
from decimal import Decimal
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shadowtest.aws.errors import is_denied, words_of
from shadowtest.aws.session import Aws
from shadowtest.pricing.prices import Price

_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
"""Where the Price List is served, by partition. Other partitions have none."""


class PriceList:
    """Asks for each instance type once. What can't be read is unknown: a price is no reason for a plan to fail."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._found: dict[tuple[str, str], Price | str] = {}

    def __call__(self, region: str, instance_type: str) -> Price | str:
        key = (region, instance_type)
        if key not in self._found:
            try:
                self._found[key] = self._read(region, instance_type)
            except (BotoCoreError, ClientError) as error:
                denied = "IAM does not allow pricing:GetProducts, and there is no --prices file"
                self._found[key] = denied if is_denied(error) else words_of(error)
        return self._found[key]

    def _read(self, region: str, instance_type: str) -> Price | str:
        served_in = _REGIONS.get(self._aws.partition)
        if served_in is None:
            return f"the Price List has no prices of partition {self._aws.partition}"
        filters = {
            "regionCode": region,
            "instanceName": instance_type,
            "component": "Hosting",
        }
        products = (
            self._aws.in_region(served_in)
            .client("pricing")
            .get_products(
                ServiceCode="AmazonSageMaker",
                Filters=[{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()],
            )
        )
        hourly = {price for each in products["PriceList"] for price in _hourly(json.loads(each))}
        if len(hourly) != 1:
            return f"the Price List has {len(hourly) or 'no'} hourly prices of {instance_type} in {region}"
        (price,) = hourly
        return price


def _hourly(product: dict[str, Any]) -> set[Price]:
    """The on-demand prices for an hour. Other prices of 0 are those of reservations and free offers."""
    dimensions = [
        dimension
        for term in product.get("terms", {}).get("OnDemand", {}).values()
        for dimension in term.get("priceDimensions", {}).values()
        if str(dimension.get("unit", "")).lower() in ("hrs", "hours", "hour")
    ]
    prices = (
        Price(Decimal(amount).normalize(), currency)
        for dimension in dimensions
        for currency, amount in dimension.get("pricePerUnit", {}).items()
    )
    return {price for price in prices if price.amount > 0}
