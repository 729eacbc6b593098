"""``python -m local``: the local AWS in the foreground, and commands for one that runs."""

from __future__ import annotations

import os
import re
import signal
import threading
from datetime import timedelta

import click

from local.control import ControlClient
from local.running import ENVIRONMENT, Running, forget, note, running
from local.sagemaker.traffic import Performance, Traffic
from local.seed import ENDPOINT, seed
from local.server import PROJECT, LocalAws

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d+)([smhd])")


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
    """Run the local AWS until Ctrl-C, or steer one that runs in another shell."""
    if context.invoked_subcommand is None:
        _serve(LocalAws(speed=speed, account=account, region=region), empty=empty)


@local.command()
def now() -> None:
    """Print what time it is on the local AWS."""
    click.echo(_control().now())


@local.command()
@click.argument("duration", metavar="DURATION")
def advance(duration: str) -> None:
    """Move the clock of the local AWS forward, by 30m, 6h or 2d12h for example."""
    parts = _DURATION.findall(duration)
    if "".join(number + unit for number, unit in parts) != duration or not parts:
        raise click.BadParameter(f"{duration!r} must be a duration such as 30m, 6h or 2d12h")
    control = _control()
    control.advance(sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta()))
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
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _control().traffic(Traffic(requests_per_minute=requests_per_minute, performances=performances))


@local.command()
def stop() -> None:
    """End the local AWS that runs in another shell."""
    os.kill(_running().pid, signal.SIGTERM)


def _serve(local_aws: LocalAws, *, empty: bool) -> None:
    other = running()
    if other is not None:
        raise click.ClickException(f"a local AWS runs already, at {other.url}: 'python -m local stop' ends it")
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with local_aws as aws:
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
            over.wait()
        finally:
            forget()


def _running() -> Running:
    found = running()
    if found is None:
        raise click.ClickException("no local AWS runs: start one with 'make local'")
    return found


def _control() -> ControlClient:
    return _running().control


def _numbers(option: str, values: tuple[str, ...]) -> dict[str, float]:
    """Of each ``NAME=NUMBER``."""
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
