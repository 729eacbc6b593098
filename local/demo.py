"""``make demo``: the example app through the real ``cdk`` CLI, against the local AWS.

Bootstrap, deploy a shadow test, raise its sampling percentage, compare the variants, promote the shadow, destroy.
`shadowtest plan` shows before each deployment what it will do. After each step, one line shows the state of SageMaker.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.cdk import Cdk, CdkFailed
from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws

_APP = "python app.py"
_STACK = "ShadowTestDemo"
_SPEED = 60.0


_TRAFFIC = Traffic(
    requests_per_minute=600, performances={"AllTraffic": Performance(), "Shadow": Performance(latency_ms=31)}
)


class User:
    """A user with a shell. Each command is printed before it runs."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self._cdk = Cdk(aws, _APP, stream=True)

    def bootstrap(self) -> None:
        _say("cdk bootstrap")
        self._cdk.bootstrap()

    def deploy(self, **context: str) -> None:
        """Prints the plan first, as for a reviewer."""
        settings = "".join(f" -c {name}={value}" for name, value in context.items())
        _say(f"cdk synth --quiet{settings}")
        assembly = self._cdk.synth(context=context)
        _say("shadowtest plan")
        self._shadowtest("plan", str(assembly))
        _say(f"cdk deploy{settings}")
        self._cdk.deploy(_STACK, context=context)

    def report(self) -> None:
        """Lets six hours of traffic pass on the local AWS first."""
        self._aws.control.traffic(_TRAFFIC)
        self._aws.control.advance(timedelta(hours=6))
        _say(f"shadowtest report {_STACK}")
        self._shadowtest("report", _STACK)

    def destroy(self) -> None:
        _say("cdk destroy")
        self._cdk.destroy(_STACK)

    def _shadowtest(self, *arguments: str) -> None:
        command = Path(sys.executable).with_name("shadowtest")
        subprocess.run([command, *arguments], env=self._aws.environment, check=True)


@dataclass(frozen=True)
class Step:
    """What a user does, and the state of SageMaker that is expected after it."""

    title: str
    run: Callable[[User], None]
    expected: str


STEPS: Sequence[Step] = (
    Step("Bootstrap the account", User.bootstrap, "nothing"),
    Step("Deploy an endpoint with a shadow test on it", User.deploy, "Running, 10 %"),
    Step("Copy more of the traffic to the shadow variant", lambda user: user.deploy(sampling="50"), "Running, 50 %"),
    Step("Compare the two variants after six hours", User.report, "Running, 50 %"),
    Step(
        "Promote the shadow variant",
        lambda user: user.deploy(sampling="50", conclude="promote"),
        "serves Shadow",
    ),
    Step("Remove it all", User.destroy, "nothing"),
)


def main() -> int:
    started = time.monotonic()
    print(f"A local AWS, in which SageMaker is {_SPEED:.0f} times as quick as the real one.")
    story: list[tuple[Step, float, str]] = []
    with LocalAws(speed=_SPEED) as aws:
        user = User(aws)
        for number, step in enumerate(STEPS, 1):
            print(f"\n━━ {number}. {step.title}", flush=True)
            begun = time.monotonic()
            try:
                step.run(user)
            except (CdkFailed, subprocess.CalledProcessError) as failed:
                print(f"\n{failed}\n\nThe server's log ends with:\n{aws.log_path.read_text()[-3000:]}")
                return 1
            held = holdings(aws)
            print(f"→ SageMaker holds {held}", flush=True)
            if step.expected not in held:
                print(f"Expected: {step.expected}")
                return 1
            story.append((step, time.monotonic() - begun, held))
    print("\n━━ Summary")
    for step, seconds, held in story:
        print(f"{step.title:<46} {seconds:4.0f} s  {held}")
    print(f"{'in all':<46} {time.monotonic() - started:4.0f} s  The local AWS is gone; nothing of it is left.")
    return 0


def _say(command: str) -> None:
    print(f"$ {command}", flush=True)


def holdings(aws: LocalAws) -> str:
    """The state of SageMaker in one line: name, status, sampling, schedule, variants served."""
    experiments = [_experiment(each) for each in aws.control.experiments()]
    endpoints = [_endpoint(each) for each in aws.control.endpoints()]
    return "; ".join([*experiments, *endpoints]) or "nothing"


def _experiment(experiment: dict[str, Any]) -> str:
    mode = experiment["ShadowModeConfig"]
    shadow = mode["ShadowModelVariants"][0]
    schedule = experiment.get("Schedule", {})
    reason = f" ({experiment['StatusReason']})" if experiment.get("StatusReason") else ""
    return (
        f"experiment {experiment['Name']}: {experiment['Status']}{reason}, {shadow['SamplingPercentage']} % of "
        f"{mode['SourceModelVariantName']} copied to {shadow['ShadowModelVariantName']}, "
        f"{_instant(schedule.get('StartTime'))} to {_instant(schedule.get('EndTime'))}"
    )


def _endpoint(endpoint: dict[str, Any]) -> str:
    def names(kind: str) -> str:
        return ", ".join(variant["VariantName"] for variant in endpoint.get(kind, []))

    shadows = names("ShadowProductionVariants")
    beside = f" with shadow {shadows}" if shadows else ""
    return f"endpoint {endpoint['EndpointStatus']} serves {names('ProductionVariants')}{beside}"


def _instant(value: str | None) -> str:
    return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC" if value else "?"


if __name__ == "__main__":
    sys.exit(main())
