"""``python -m local``: runs the local AWS in the foreground, and controls one that is already running."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import isfinite

import click

from local.control import ControlClient
from local.running import ENVIRONMENT, Running, forget, note, running
from local.sagemaker.traffic import Performance, Traffic
from local.seed import ENDPOINT, seed
from local.server import PROJECT, LocalAws, LocalAwsFailed
from local.sessions import isolated_session

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,9})([smhd])")
_FURTHEST = timedelta(days=365)
_WATCH_SECONDS = 1.0


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="How many times quicker SageMaker is than in reality.",
)
@click.option("--account", default="123456789012", show_default=True)
@click.option("--region", default="us-east-1", show_default=True)
@click.option("--empty", is_flag=True, help="Without the endpoint, the models and the role.")
@click.pass_context
def local(context: click.Context, *, speed: float, account: str, region: str, empty: bool) -> None:
    """Run the local AWS until Ctrl-C, or control one that runs in another shell."""
    if context.invoked_subcommand is None:
        if not isfinite(speed):
            raise click.BadParameter(f"--speed {speed} must be a finite number")
        if not re.fullmatch(r"\d{12}", account):
            raise click.BadParameter(f"--account {account!r} must be twelve digits")
        if region not in isolated_session("", "", region=region).get_available_regions("sagemaker"):
            raise click.BadParameter(f"--region {region!r} is not a region of the partition aws with SageMaker")
        _serve(LocalAws(speed=speed, account=account, region=region), empty=empty)


@local.command()
def now() -> None:
    """Print the time on the local AWS."""
    with _control() as control:
        click.echo(control.now())


@local.command()
@click.argument("duration", metavar="DURATION")
def advance(duration: str) -> None:
    """Move the clock of the local AWS forward, for example by 30m, 6h or 2d12h."""
    parts = _DURATION.findall(duration)
    if "".join(number + unit for number, unit in parts) != duration or not parts:
        raise click.BadParameter(f"{duration!r} must be a duration such as 30m, 6h or 2d12h")
    try:
        by = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError:
        by = timedelta.max
    if by > _FURTHEST:
        raise click.BadParameter(f"{duration!r} must be at most {_FURTHEST.days}d at a time")
    with _control() as control:
        control.advance(by)
        click.echo(control.now())


@local.command()
@click.option("--requests-per-minute", type=click.FloatRange(min=0), required=True, help="To each endpoint.")
@click.option(
    "--latency", "latencies", multiple=True, metavar="VARIANT=MS", help="The median of a variant's or a model's."
)
@click.option("--errors", multiple=True, metavar="VARIANT=SHARE", help="The share of 5xx errors, 0 to 1.")
def traffic(requests_per_minute: float, latencies: tuple[str, ...], errors: tuple[str, ...]) -> None:
    """Send requests to all endpoints from now on, so that variants have metrics."""
    slow, failing = _numbers("--latency", latencies), _numbers("--errors", errors)
    try:
        performances = {
            name: Performance(
                latency_ms=slow.get(name, Performance.latency_ms), errors_5xx=failing.get(name, Performance.errors_5xx)
            )
            for name in {**slow, **failing}
        }
        asked = Traffic(requests_per_minute=requests_per_minute, performances=performances)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with _control() as control:
        control.traffic(asked)


@local.command()
def stop() -> None:
    """Stop the local AWS that runs in another shell."""
    os.kill(_running().pid, signal.SIGTERM)


def _serve(local_aws: LocalAws, *, empty: bool) -> None:
    other = running()
    if other is not None:
        raise click.ClickException(f"a local AWS is already running at {other.url}: 'python -m local stop' ends it")
    over = threading.Event()
    # A hang-up is sent when the terminal is closed.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: over.set())
    try:
        with local_aws as aws:
            _keep_up(aws, over, empty=empty)
    except LocalAwsFailed as failed:
        raise click.ClickException(str(failed)) from failed


def _keep_up(aws: LocalAws, over: threading.Event, *, empty: bool) -> None:
    if not empty:
        seed(aws)
    note(aws)
    try:
        click.echo(f"{aws.exports}\n")
        serving = "" if empty else f" Endpoint {ENDPOINT} is in service."
        shown = ENVIRONMENT.relative_to(PROJECT) if ENVIRONMENT.is_relative_to(PROJECT) else ENVIRONMENT
        click.echo(
            f"The local AWS runs at {aws.url}.{serving} Its log is {aws.log_path}.\n"
            f"In another shell: source {shown}. Ctrl-C ends it.",
            err=True,
        )
        while not over.wait(_WATCH_SECONDS):
            aws.check_that_it_runs()
    finally:
        forget()


def _running() -> Running:
    found = running()
    if found is None:
        raise click.ClickException("no local AWS is running: start one with 'make local'")
    return found


@contextmanager
def _control() -> Iterator[ControlClient]:
    found = _running()
    try:
        yield found.control
    except OSError as error:
        raise click.ClickException(f"the local AWS at {found.url} does not respond: {error}") from error


def _numbers(option: str, values: tuple[str, ...]) -> dict[str, float]:
    """The names and numbers of ``NAME=NUMBER`` arguments."""
    numbers = {}
    for value in values:
        name, _, text = value.rpartition("=")
        try:
            numbers[name] = float(text)
        except ValueError:
            name = ""
        if not name:
            raise click.BadParameter(f"{option} {value!r} must be NAME=NUMBER, such as Shadow=31")
    return numbers


if __name__ == "__main__":
    local(prog_name="python -m local")
