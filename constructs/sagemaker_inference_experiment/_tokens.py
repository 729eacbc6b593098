"""Recognizes CDK's tokens, the values that only CloudFormation knows, in Python.

``Token.is_unresolved`` is a request to CDK's Node process. The checks at synth read about thirty values of each
experiment, and nearly all of them are no tokens.
"""

import re
import struct
from typing import Any

from aws_cdk import Token

_KEY = r"Token\[[a-zA-Z0-9:._-]+\]"
_IN_STRING = re.compile(rf"\$\{{{_KEY}\}}")
_IN_LIST = re.compile(rf"#\{{{_KEY}\}}")
_NUMBER_AS_TEXT = "e+289"
"""The end of the text of every number token."""
_NUMBER = b"\xfb\xff"
"""The first two bytes of every number token, as a double."""
_PLACEHOLDER = "dummy-value-for-"
"""What the placeholder of ``StringParameter.value_from_lookup`` begins with. The app may put it into another text."""


def is_not_known_yet(value: Any) -> bool:
    """Whether it contains a token, or a placeholder for a value that the CDK CLI looks up before the app runs again."""
    return is_unresolved(value) or has_placeholder(value)


def has_placeholder(value: Any) -> bool:
    """Whether it contains a placeholder of ``StringParameter.value_from_lookup``."""
    return isinstance(value, str) and _PLACEHOLDER in value


def is_unresolved(value: Any) -> bool:
    """The result of ``Token.is_unresolved``; ``False`` for a value that CDK can't receive, where that is an error."""
    match value:
        case str():
            if _IN_STRING.search(value):
                return True
            # Releases of CDK differ on the text of a number token.
            return _NUMBER_AS_TEXT in value and Token.is_unresolved(value)
        case int() | float():
            return _is_number_token(value)
        case list():
            return len(value) == 1 and isinstance(value[0], str) and _IN_LIST.search(value[0]) is not None
        case _:
            return _is_of_cdk(value) and Token.is_unresolved(value)


def literal_parts(text: str) -> list[str]:
    """The literal parts before, between and after the tokens of a text; the text itself if it has none."""
    return _IN_STRING.split(text)


def _is_number_token(number: float) -> bool:
    try:
        return struct.pack(">d", float(number)).startswith(_NUMBER)
    except OverflowError:
        # An integer that is too large for a double.
        return False


def _is_of_cdk(value: object) -> bool:
    """Whether it is an object of CDK, or a Python object that implements an interface of CDK."""
    return getattr(value, "__jsii_type__", None) is not None or hasattr(value, "__jsii_ifaces__")
