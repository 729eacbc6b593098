"""Commands have the time of AWS, also on a machine whose clock is slow."""

import json
from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from shadowtest.aws import clock, options
from shadowtest.aws.clock import Clock
from shadowtest.aws.session import Aws
from simulation.declarations import Declaration, as_served
from tests.support.account import FakeAws
from tests.support.planner import BEFORE, PROMOTION, Planner, template

AHEAD = timedelta(minutes=3)
IDENTITY = (
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    b"<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
DENIED = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>No</Message></Error></ErrorResponse>"


class _Raw:
    """The part of urllib3's response that AWSResponse reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def respond(aws: Aws, headers: dict[str, str], *, status: int = 200) -> None:
    """A call gets this response."""
    client, content = aws.client("sts"), IDENTITY if status == 200 else DENIED

    def send(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, status, headers, _Raw(content))

    client.meta.events.register("before-send", send)
    try:
        client.get_caller_identity()
    finally:
        client.meta.events.unregister("before-send", send)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return Aws("us-east-1")


def ahead(by: timedelta = AHEAD) -> str:
    return format_datetime(datetime.now(UTC) + by, usegmt=True)


def slow(aws: Aws) -> timedelta:
    """By how much the machine's clock is slow, to the minute."""
    return timedelta(minutes=round((aws.now() - datetime.now(UTC)) / timedelta(minutes=1)))


def test_before_a_response_it_is_the_machines(aws: Aws) -> None:
    aws.client("sts")

    assert slow(aws) == timedelta()
    assert aws.now().tzinfo is UTC


@pytest.mark.parametrize("by", [AHEAD, -AHEAD])
def test_it_is_that_of_the_newest_response_in_all_regions(aws: Aws, by: timedelta) -> None:
    respond(aws.in_region("eu-west-1"), {"Date": ahead()})
    assert slow(aws) == slow(aws.in_region("eu-west-1")) == AHEAD

    respond(aws, {"Date": ahead(by)})

    assert slow(aws) == slow(aws.in_region("eu-west-1")) == by


def test_an_error_also_has_the_time(aws: Aws) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        respond(aws, {"Date": ahead()}, status=403)

    assert slow(aws) == AHEAD


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}, {"Date": ""}])
def test_a_response_without_a_time_changes_nothing(aws: Aws, headers: dict[str, str]) -> None:
    respond(aws, headers)
    assert slow(aws) == timedelta()
    respond(aws, {"Date": ahead()})

    respond(aws, headers)

    assert slow(aws) == AHEAD


def test_it_goes_on_between_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = iter((100.0, 130.5))
    monkeypatch.setattr(clock, "monotonic", lambda: next(passed))
    aws = Clock()

    aws.hear({"ResponseMetadata": {"HTTPHeaders": {"date": "Mon, 07 Jan 2030 06:00:00 -0000"}}})

    assert aws.now() == datetime(2030, 1, 7, 6, 0, 30, 500_000, tzinfo=UTC)


class SlowMachine(FakeAws):
    """Its clock shows the real time, years before that of the simulated account. Each response has the account's."""

    def __init__(self, there: FakeAws) -> None:
        vars(self).update(vars(there))
        self._clock = Clock()

    def now(self) -> datetime:
        return self._clock.now()

    def client(self, service: str) -> Any:
        return _Dated(super().client(service), self._hear)

    def in_region(self, region: str) -> "SlowMachine":
        there = copy(self)
        there.region = region
        return there

    def _hear(self) -> None:
        date = format_datetime(self.stack.clock.now(), usegmt=True)
        self._clock.hear({"ResponseMetadata": {"HTTPHeaders": {"date": date}}})


class _Dated:
    """A client. ``hear`` is called with each response."""

    def __init__(self, client: Any, hear: Callable[[], None]) -> None:
        self._client, self._hear = client, hear

    def __getattr__(self, method: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            # An error has no time, as on the local AWS.
            answer = getattr(self._client, method)(*arguments, **named)
            self._hear()
            return answer

        return call


OVER = as_served(Schedule={"StartTime": "2029-01-01T00:00:00Z", "EndTime": "2029-01-08T00:00:00Z"}, Run="2")


@pytest.mark.parametrize(
    ("new", "arguments", "said"),
    [
        (PROMOTION, ("plan", "template.json", "--stack", "Demo"), "Promote  Experiment"),
        (OVER, ("plan", "template.json", "--stack", "Another"), "REFUSED"),
        (BEFORE, ("drift", "Demo"), "is as declared"),
        (BEFORE, ("status", "Demo"), "Status: Running"),
        (BEFORE, ("status", "Demo", "--watch"), "2030-01-01T"),
    ],
)
def test_a_command_says_the_same_on_a_machine_whose_clock_is_slow(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, new: Declaration, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    # A response has the time in whole seconds.
    planner.stack.clock.advance(timedelta(microseconds=1_000_000 - planner.stack.clock.now().microsecond))
    planner.shadowtest.write("template.json", json.dumps(template(ShadowTest=new)))
    expected = planner.shadowtest(*arguments)
    assert said in expected.out

    monkeypatch.setattr(options, "Aws", lambda *_: SlowMachine(planner.aws))

    assert planner.shadowtest(*arguments) == expected
