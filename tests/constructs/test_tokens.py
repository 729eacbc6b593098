"""Tokens are recognized in Python as CDK recognizes them."""

import struct
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jsii
import pytest
from aws_cdk import (
    App,
    Aws,
    CfnParameter,
    Duration,
    Fn,
    IResolvable,
    IResolveContext,
    IStableAnyProducer,
    IStableListProducer,
    IStableNumberProducer,
    IStableStringProducer,
    Lazy,
    PhysicalName,
    RemovalPolicy,
    SecretValue,
    Stack,
    Token,
    aws_iam,
)
from hypothesis import example, given
from hypothesis import strategies as st

from sagemaker_inference_experiment._tokens import is_unresolved

NUMBER = -1.8881545897087827e289
PIECES = [
    "${Token[",
    "#{Token[",
    "Token[",
    "]}",
    "]",
    "TOKEN.1",
    "AWS.Region_4:a-b",
    "$",
    "{",
    " ",
    "\n",
    "é",
    str(NUMBER),
]

texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=5).map("".join)
doubles = st.binary(min_size=6, max_size=6).map(lambda rest: struct.unpack(">d", b"\xfb\xff" + rest)[0])
numbers = st.floats(allow_nan=False, allow_infinity=False) | doubles
scalars = texts | numbers | st.integers() | st.integers(min_value=10**280) | st.booleans() | st.none()
plain = scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)


@given(value=plain)
@example("${Token[TOKEN.1]}")
@example("${Token[a b]}")
@example("${Token[]}")
@example("#{Token[TOKEN.1]}")
@example(["#{Token[TOKEN.1]}"])
@example(["${Token[TOKEN.1]}"])
@example(["#{Token[TOKEN.1]}", "more"])
@example([NUMBER])
@example({"resolve": "${Token[TOKEN.1]}"})
@example(f"Token[ PT{NUMBER}H")
@example(int(NUMBER))
@example(10**400)
def test_what_is_plain_is_told_as_by_cdk(value: Any) -> None:
    assert is_unresolved(value) is Token.is_unresolved(value)


@jsii.implements(IStableStringProducer, IStableNumberProducer, IStableListProducer, IStableAnyProducer)
class Late:
    def produce(self) -> Any:
        return None


@jsii.implements(IResolvable)
class Resolvable:
    @property
    def creation_stack(self) -> list[str]:
        return []

    def resolve(self, context: IResolveContext) -> Any:
        return None


class Word(StrEnum):
    TOKEN = "${Token[TOKEN.1]}"
    PLAIN = "plain"


def of_cdk() -> dict[str, Any]:
    stack = Stack(App(), "Stack")
    text, number = CfnParameter(stack, "Text"), CfnParameter(stack, "Number", type="Number")
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())
    name, amount = text.value_as_string, number.value_as_number
    return {
        "a parameter's text": name,
        "text with one in it": f"endpoint/{name}/variant",
        "a parameter's number": amount,
        "a number as an integer": int(amount),
        "a number as text": str(amount),
        "a list": Token.as_list({"Ref": "List"}),
        "a list of a string": [name],
        "a hint": Token.as_string({"Ref": "X"}, display_hint="what a hint/is: this"),
        "a concatenation": Fn.join("-", [name, "x"]),
        "a split": Fn.split(",", name),
        "a pseudo parameter": Aws.NO_VALUE,
        "a generated name": PhysicalName.GENERATE_IF_NEEDED,
        "an attribute": role.role_arn,
        "an intrinsic function": Token.as_any({"Ref": "X"}),
        "a lazy string": Lazy.string(Late()),
        "a lazy number": Lazy.number(Late()),
        "a lazy list": Lazy.list(Late()),
        "a lazy value": Lazy.any(Late()),
        "a secret": SecretValue.unsafe_plain_text("x"),
        "of Python's": Resolvable(),
        "a parameter": text,
        "a construct": role,
        "a stack": stack,
        "an imported role": aws_iam.Role.from_role_name(stack, "Imported", "theirs"),
        "a duration": Duration.days(7),
        "a duration of a token": Duration.days(amount),
        "an enum": RemovalPolicy.RETAIN,
        "a class": aws_iam.PolicyStatement(actions=["s3:*"], resources=["*"]),
        "a struct": aws_iam.PolicyStatementProps(actions=["s3:*"], resources=["*"]),
        "a date": datetime(2030, 1, 1, tzinfo=UTC),
        "a word": Word.PLAIN,
        "a word that is one": Word.TOKEN,
    }


def test_what_is_of_cdk_is_told_as_by_cdk() -> None:
    values = of_cdk()

    told = {name: is_unresolved(value) for name, value in values.items()}

    assert told == {name: Token.is_unresolved(value) for name, value in values.items()}
    assert {True, False} == set(told.values())


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), (1, 2), {1, 2}, object(), datetime(2030, 1, 1)],  # noqa: DTZ001
    ids=["no number", "infinite", "tuple", "set", "object", "without a time zone"],
)
def test_what_cannot_be_sent_to_cdk_is_no_token(value: Any) -> None:
    assert is_unresolved(value) is False
