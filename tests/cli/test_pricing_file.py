"""``--prices FILE``."""

from decimal import Decimal
from pathlib import Path

import pytest

from shadowtest.errors import CommandError
from shadowtest.pricing.prices import Price, Prices, prices_in


def read(folder: Path, content: str | bytes) -> Prices:
    file = folder / "prices.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return prices_in(file)


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(CommandError) as refused:
        read(folder, content)
    return refused.value.message.removeprefix(f"{folder / 'prices.yaml'}").removeprefix(": ").strip()


@pytest.mark.parametrize(
    "content",
    [
        "currency: EUR\nprices:\n  ml.m5.xlarge: 0.27\n  ml.g5.xlarge: 2\n",
        '{"currency": "EUR", "prices": {"ml.m5.xlarge": 0.27, "ml.g5.xlarge": "2"}}',
        '\ufeff{\n\t"currency": "EUR",\n\t"prices": {"ml.m5.xlarge": "0.27", "ml.g5.xlarge": 2.0}\n}',
    ],
)
def test_yaml_and_json_say_the_same(tmp_path: Path, content: str) -> None:
    prices = read(tmp_path, content)

    assert prices("eu-west-1", "ml.m5.xlarge") == Price(Decimal("0.27"), "EUR")
    assert prices("us-east-1", "ml.g5.xlarge") == Price(Decimal(2), "EUR")


def test_without_a_currency_it_is_usd(tmp_path: Path) -> None:
    prices = read(tmp_path, "prices: {ml.m5.xlarge: 0}")

    assert prices("us-east-1", "ml.m5.xlarge") == Price(Decimal(0), "USD")


def test_what_the_file_lacks_is_unknown(tmp_path: Path) -> None:
    prices = read(tmp_path, "prices: {}")

    assert prices("us-east-1", "ml.m5.xlarge") == f"{tmp_path / 'prices.yaml'} has no price of ml.m5.xlarge"


def test_all_faults_are_found_at_once_with_their_lines(tmp_path: Path) -> None:
    content = """\
curency: EUR
prices:
  ml.m5.xlarge: 0,27
  ml.m5.large: -1
  ml.g5.xlarge: {USD: 1}
  ml.c5.large: 0.1
  ml.c5.large: 0.2
"""
    number = "must be a number such as 0.27, not below 0"

    assert refusal(tmp_path, content).split("; ") == [
        "line 1: curency is not known, must be currency or prices",
        f"line 3: the price of ml.m5.xlarge is '0,27', {number}",
        f"line 4: the price of ml.m5.large is '-1', {number}",
        f"line 5: the price of ml.g5.xlarge is 'a map', {number}",
        "line 7: ml.c5.large is given a second time, first in line 6",
    ]


@pytest.mark.parametrize("price", ["NaN", "Infinity", ".inf", "true", "", "null", "[1]", "1 USD"])
def test_a_price_is_a_number(tmp_path: Path, price: str) -> None:
    assert refusal(tmp_path, f"prices:\n  ml.m5.xlarge: {price}\n").startswith("line 2: the price of ml.m5.xlarge is ")


@pytest.mark.parametrize("currency", ["", "null", "$", "usd", "[USD]", "US Dollar"])
def test_a_currency_has_three_letters(tmp_path: Path, currency: str) -> None:
    fault = refusal(tmp_path, f"prices: {{}}\ncurrency: {currency}\n")

    assert fault.startswith("line 2: the currency is ")
    assert fault.endswith("must be three letters such as USD")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "is empty"),
        ("ml.m5.xlarge: 0.27", "must have a map 'prices', from instance types to prices for an hour"),
        ("prices: [0.27]", "must have a map 'prices', from instance types to prices for an hour"),
        ("- prices", "must have a map 'prices', from instance types to prices for an hour"),
        ("prices: {", "is neither YAML nor JSON (line "),
        (b"prices: {}\n# caf\xe9", "is not encoded in UTF-8: byte 17 is 0xe9"),
    ],
)
def test_a_file_that_holds_no_prices(tmp_path: Path, content: str | bytes, fault: str) -> None:
    assert refusal(tmp_path, content).startswith(fault)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"prices\.yaml does not exist"):
        prices_in(tmp_path / "prices.yaml")
