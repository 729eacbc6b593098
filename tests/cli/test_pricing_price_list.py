"""Prices of the AWS Price List, by the real client against a server on loopback."""

import json
import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shadowtest.aws.session import Aws
from shadowtest.pricing.price_list import PriceList
from shadowtest.pricing.prices import Price

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:{partition}:iam::123456789012:user/reviewer</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
OF_AN_INSTANCE = {"regionCode": "eu-west-1", "instanceName": "ml.m5.xlarge", "component": "Hosting"}


def product(*prices: dict[str, str], unit: str = "Hrs", terms: str = "OnDemand", **attributes: str) -> dict[str, Any]:
    """With a price dimension for each price."""
    dimensions = {f"{index}": {"unit": unit, "pricePerUnit": price} for index, price in enumerate(prices)}
    return {
        "product": {"attributes": OF_AN_INSTANCE | attributes},
        "terms": {terms: {"SKU.TERM": {"priceDimensions": dimensions}}},
    }


class PriceListServer:
    """GetProducts with its filters and pages of one product, and GetCallerIdentity."""

    def __init__(self) -> None:
        self.products: list[dict[str, Any]] = []
        self.partition = "aws"
        self.refuses: str | None = None
        self.asked_in: list[str] = []
        """The region of each GetProducts."""

    def answer(self, body: bytes, signed_for: str) -> tuple[int, str]:
        if b"Action=GetCallerIdentity" in body:
            return 200, IDENTITY.format(partition=self.partition)
        self.asked_in.append(signed_for)
        if self.refuses is not None:
            return 400, json.dumps({"__type": self.refuses, "message": "User: reviewer is refused"})
        request = json.loads(body)
        assert request["ServiceCode"] == "AmazonSageMaker"
        assert {each["Type"] for each in request["Filters"]} == {"TERM_MATCH"}
        asked = {each["Field"]: each["Value"] for each in request["Filters"]}
        found = [each for each in self.products if asked.items() <= each["product"]["attributes"].items()]
        at = int(request.get("NextToken", 0))
        more = {"NextToken": str(at + 1)} if at + 1 < len(found) else {}
        # Each product is JSON within the JSON.
        return 200, json.dumps({"PriceList": [json.dumps(each) for each in found[at : at + 1]], **more})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PriceListServer]:
    prices = PriceListServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/", self.headers["Authorization"])
            assert scope is not None
            status, text = prices.answer(self.rfile.read(int(self.headers["content-length"])), scope[1])
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{http.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    try:
        yield prices
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def price(region: str = "eu-west-1", instance_type: str = "ml.m5.xlarge") -> Price | str:
    return PriceList(Aws(region))(region, instance_type)


def test_the_price_of_hosting_an_instance_in_the_region(server: PriceListServer) -> None:
    server.products = [
        product({"USD": "0.2570000000"}),
        product({"USD": "0.23"}, regionCode="us-east-1"),
        product({"USD": "0.20"}, component="Training"),
        product({"USD": "1.41"}, instanceName="ml.g5.xlarge"),
    ]

    assert price() == Price(Decimal("0.257"), "USD")
    assert server.asked_in == ["us-east-1"]


def test_in_china_it_is_asked_there(server: PriceListServer) -> None:
    server.partition = "aws-cn"
    server.products = [product({"CNY": "1.9"}, regionCode="cn-north-1")]

    assert price("cn-north-1") == Price(Decimal("1.9"), "CNY")
    assert server.asked_in == ["cn-northwest-1"]


def test_another_partition_has_none(server: PriceListServer) -> None:
    server.partition = "aws-us-gov"

    assert price("us-gov-west-1") == "partition aws-us-gov has no Price List"
    assert server.asked_in == []


def test_the_same_price_twice_is_one(server: PriceListServer) -> None:
    server.products = [product({"USD": "0.2570000000"}), product({"USD": "0.257"})]

    assert price() == Price(Decimal("0.257"), "USD")


def test_free_hours_and_what_is_not_billed_by_the_hour_do_not_count(server: PriceListServer) -> None:
    server.products = [
        product({"USD": "0.0000000000"}, {"USD": "0.257"}),
        product({"USD": "0.016"}, unit="GB"),
        product({"USD": "0.1"}, terms="Reserved"),
    ]

    assert price() == Price(Decimal("0.257"), "USD")


@pytest.mark.parametrize(
    ("products", "count"),
    [
        ([], "no"),
        ([product({"USD": "0"})], "no"),
        ([product({"USD": "0.257"}), product({"USD": "0.3"})], "2"),
        ([product({"USD": "0.257"}, {"USD": "0.3"}), product({"USD": "0.4"})], "3"),
        ([product({"USD": "0.257", "CNY": "1.9"})], "2"),
    ],
)
def test_none_and_several_are_unknown(server: PriceListServer, products: list[dict[str, Any]], count: str) -> None:
    server.products = products

    assert price() == f"the Price List has {count} hourly prices of ml.m5.xlarge in eu-west-1"


@pytest.mark.parametrize("amount", ["n/a", "", "NaN", "Infinity", None])
def test_an_amount_that_is_no_number_makes_the_price_unknown(server: PriceListServer, amount: Any) -> None:
    server.products = [product({"USD": "0.257"}), product({"USD": amount})]

    assert price() == "the Price List has a price of ml.m5.xlarge in eu-west-1 that is not a number"


def test_each_instance_type_is_asked_for_once(server: PriceListServer) -> None:
    server.products = [product({"USD": "0.257"})]
    prices = PriceList(Aws("eu-west-1"))

    for _ in range(3):
        assert prices("eu-west-1", "ml.m5.xlarge") == Price(Decimal("0.257"), "USD")
        assert isinstance(prices("eu-west-1", "ml.g5.xlarge"), str)
    assert len(server.asked_in) == 2


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("AccessDeniedException", "IAM does not allow pricing:GetProducts, and there is no --prices file"),
        ("ExpiredTokenException", "the Price List can't be read: the AWS credentials have expired: .*"),
        ("NotFoundException", "the Price List can't be read: GetProducts: User: reviewer is refused"),
    ],
)
def test_after_a_refusal_all_is_unknown_and_nothing_more_is_asked(server: PriceListServer, code: str, why: str) -> None:
    server.products = [product({"USD": "0.257"})]
    prices = PriceList(Aws("eu-west-1"))
    known = prices("eu-west-1", "ml.m5.xlarge")
    server.refuses = code

    for instance_type in ("ml.g5.xlarge", "ml.c5.xlarge"):
        refused = prices("eu-west-1", instance_type)
        assert isinstance(refused, str)
        assert re.fullmatch(why, refused)
    assert prices("eu-west-1", "ml.m5.xlarge") == known
    assert len(server.asked_in) == 2
