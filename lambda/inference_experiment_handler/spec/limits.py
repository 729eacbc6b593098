"""SageMaker's limits on declarations: the only definition, for the handler and for the construct.

Patterns and lengths are those of the SageMaker API (service model 2017-07-24); the durations are those of its
developer guide.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from inference_experiment_handler.spec.text import iso_duration


@dataclass(frozen=True)
class Text:
    """The allowed form of a string. ``allowed`` describes it for messages."""

    allowed: str
    pattern: re.Pattern[str]
    longest: int
    shortest: int = 1

    def admits(self, value: str) -> bool:
        return self.shortest <= len(value) <= self.longest and self.pattern.fullmatch(value) is not None


def _text(allowed: str, pattern: str, longest: int, shortest: int = 1) -> Text:
    return Text(allowed, re.compile(pattern), longest, shortest)


_HYPHENATED = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_LETTERS = "letters, digits and hyphens, a letter or digit first and last"
# The meaning of "." in the API's patterns, which are Java patterns. In Python, it matches some more characters.
_ANY = r"[^\n\r\x85\u2028\u2029]"

EXPERIMENT_NAME = _text(f"1 to 120 {_LETTERS}", _HYPHENATED, 120)
ENDPOINT_NAME = _text(f"1 to 63 {_LETTERS}", _HYPHENATED, 63)
MODEL_NAME = _text(f"1 to 63 {_LETTERS}", _HYPHENATED, 63)
VARIANT_NAME = _text(f"1 to 63 {_LETTERS}", _HYPHENATED, 63)
ROLE_ARN = _text(
    "the ARN of an IAM role, arn:aws:iam::123456789012:role/name",
    r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    2048,
    20,
)
KMS_KEY = _text("a KMS key's id, ARN or alias", r"[a-zA-Z0-9:/_-]*", 2048, 0)
S3_DESTINATION = _text(
    "an S3 location, s3://bucket/prefix, up to 512 characters in one line", rf"(https|s3)://([^/])/?({_ANY}*)", 512
)
CONTENT_TYPE = _text(
    "a content type such as text/csv", r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*", 256
)
STACK_ID = _text(
    "the id of a stack, arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID",
    r"arn:aws[a-z\-]*:cloudformation:[a-z0-9-]+:\d{12}:stack/[^/\s]+/[^/\s]+",
    1024,
)
LOGICAL_ID = _text("the logical id of a resource", r"\S+", 255)
ALARM_ARN = _text(
    "the ARN of a CloudWatch alarm, arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME",
    rf"arn:aws[a-z\-]*:cloudwatch:[a-z0-9-]+:\d{{12}}:alarm:{_ANY}{{1,255}}",
    400,
)
# An open set: it grows with every release of SageMaker, so only the shape is checked.
INSTANCE_TYPE = _text("an instance type such as ml.m5.xlarge", r"ml\.[a-z0-9-]+\.[a-z0-9-]+", 63)
EXCLUDED_INSTANCES = "ml.inf1."
"""The family for which SageMaker does not support shadow tests."""
DESCRIPTION = _text("up to 1024 characters in one line", rf"{_ANY}*", 1024, 0)
REASON = _text("up to 1024 characters in one line", rf"{_ANY}*", 1024, 0)
# Never sent to SageMaker, so it may have several lines.
RUN = _text("1 to 256 characters", r"[\s\S]*", 256)
# Java's \p{L}\p{Z}\p{N} and some signs. Python's \w is nearly \p{L}\p{N}_, and its \s is \p{Z} and control characters.
_TAG = r"(?:[\w.:/=+\-@]|[^\S\x09-\x0d\x1c-\x1f\x85])*"
TAG_KEY = _text("1 to 128 letters, digits, spaces (no tabs, no newlines) and _.:/=+-@", _TAG, 128)
TAG_VALUE = _text("up to 256 letters, digits, spaces (no tabs, no newlines) and _.:/=+-@", _TAG, 256, 0)

SAMPLING_PERCENTAGE = range(101)
INSTANCE_COUNT = range(2**31)
CONTENT_TYPES = 10
SERVICE_TIMEOUT = range(1, 3601)
"""Seconds; CloudFormation's range for a custom resource."""

SHORTEST_TEST = timedelta(hours=1)
LONGEST_TEST = timedelta(days=30)
DEFAULT_TEST = timedelta(days=7)
"""How long a test runs if neither its end nor its duration is given."""

TAGS = 50
RESERVED_TAG_PREFIXES = ("aws:", "sagemaker-inference-experiment:")
OWN_TAGS = 7
"""How many of an experiment's tags are reserved for the handler (see ``model.tags``)."""


def length_problem(length: timedelta, after: str = "") -> str | None:
    """A problem if SageMaker does not run a test of this length; ``None`` otherwise."""
    if SHORTEST_TEST <= length <= LONGEST_TEST:
        return None
    allowed = f"from {iso_duration(SHORTEST_TEST)} to {iso_duration(LONGEST_TEST)}"
    return f"is {iso_duration(length)}{after}, must be {allowed}"
