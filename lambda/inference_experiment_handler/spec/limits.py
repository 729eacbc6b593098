"""SageMaker's and CloudWatch's limits on declarations: the only definition, for the handler and for the construct.

Patterns and lengths are those of the SageMaker API (service model 2017-07-24) and of the CloudWatch API (2010-08-01);
the durations of a test are those of SageMaker's developer guide.
"""

import math
import re
from dataclasses import dataclass
from datetime import timedelta

from inference_experiment_handler.spec.text import iso_duration, number


@dataclass(frozen=True)
class Text:
    """The allowed form of a string. ``allowed`` describes it for messages."""

    allowed: str
    pattern: re.Pattern[str]
    longest: int
    shortest: int = 1

    def admits(self, value: str) -> bool:
        return self.shortest <= len(value) <= self.longest and self.pattern.fullmatch(value) is not None


@dataclass(frozen=True)
class Number:
    """The allowed range of a number. ``above``: the lowest one is not in it."""

    lowest: float = -math.inf
    highest: float = math.inf
    above: bool = False

    def admits(self, value: float) -> bool:
        return (self.lowest < value if self.above else self.lowest <= value) and value <= self.highest

    @property
    def allowed(self) -> str:
        if math.isinf(self.highest):
            return "a number"
        if self.above:
            return f"a number greater than {number(self.lowest)}, up to {number(self.highest)}"
        return f"a number from {number(self.lowest)} to {number(self.highest)}"


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
ATTRIBUTE = _text("the name of an attribute, such as ScheduledEndEpoch", r"[A-Za-z]+", 64)
ATTRIBUTES = 20
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
TEST_LENGTHS = f"from {iso_duration(SHORTEST_TEST)} to {iso_duration(LONGEST_TEST)}"
DEFAULT_TEST = timedelta(days=7)
"""How long a test runs if neither its end nor its duration is given."""

TAGS = 50
RESERVED_TAG_PREFIXES = ("aws:", "sagemaker-inference-experiment:")
OWN_TAGS = 7
"""How many of an experiment's tags are reserved for the handler (see ``model.tags``)."""

CRITERIA = range(1, 21)
MIN_INVOCATIONS = range(1, 10**9 + 1)
PERCENTILE = _text("a percentile from p0.1 to p99.9, such as p50 or p99", r"p(0\.[1-9]|[1-9]\d?(\.\d)?)", 5)
STATISTIC = _text(
    f"Average, Sum, Minimum, Maximum, SampleCount, or {PERCENTILE.allowed}",
    rf"Average|Sum|Minimum|Maximum|SampleCount|{PERCENTILE.pattern.pattern}",
    11,
)
NAMESPACE = _text("1 to 255 characters, not a colon first", r"[^:][\s\S]*", 255)
METRIC_NAME = _text("1 to 255 characters", r"[\s\S]*", 255)
DIMENSION_NAME = _text("1 to 255 characters, not a colon first", r"[^:][\s\S]*", 255)
DIMENSION_VALUE = _text("1 to 1024 characters", r"[\s\S]*", 1024)
DIMENSIONS = 30
ALARM_NAME = _text("1 to 255 characters, the alarm's name and not its ARN", r"(?!arn:)[\s\S]*", 255)
ALARMS = 100
RATIO = Number(0, 1_000, above=True)
MILLISECONDS = Number(0, 3_600_000, above=True)
PERCENT = Number(0, 100, above=True)
"""Not 0: the confidence interval of an error rate always ends above it."""
POINTS = Number(0, 100)
ANY_NUMBER = Number()
GATE_WINDOW = (timedelta(minutes=5), LONGEST_TEST)
GATE_PATIENCE = (timedelta(), timedelta(seconds=SERVICE_TIMEOUT[-1]))
RUNNING = (timedelta(minutes=1), LONGEST_TEST)


def length_problem(length: timedelta, after: str = "") -> str | None:
    """A problem if SageMaker does not run a test of this length; ``None`` otherwise."""
    if SHORTEST_TEST <= length <= LONGEST_TEST:
        return None
    return f"is {iso_duration(length)}{after}, must be {TEST_LENGTHS}"
