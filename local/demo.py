"""``make demo``: the example app through the real ``cdk`` CLI, against the local AWS.

Bootstrap, deploy a shadow test, raise its sampling percentage, promote the shadow, destroy; after each step one line
tells what SageMaker holds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.cdk import Cdk, CdkFailed
from local.server import LocalAws

_APP = "python app.py"
_STACK = "ShadowTestDemo"
_SPEED = 60.0


@dataclass(frozen=True)
class Step:
    """One command of the user's, and what it is expected to bring about."""

    title: str
    command: str
    run: Callable[[Cdk], object]
    expected: str


STEPS: Sequence[Step] = (
    Step("Bootstrap the account", "cdk bootstrap", lambda cdk: cdk.bootstrap(), "nothing"),
    Step(
        "Deploy an endpoint with a shadow test on it",
        "cdk deploy",
        lambda cdk: cdk.deploy(_STACK),
        "Running, 10 %",
    ),
    Step(
        "Copy more of the traffic to the shadow variant",
        "cdk deploy -c sampling=50",
        lambda cdk: cdk.deploy(_STACK, context={"sampling": "50"}),
        "Running, 50 %",
    ),
    Step(
        "Promote the shadow variant",
        "cdk deploy -c sampling=50 -c conclude=promote",
        lambda cdk: cdk.deploy(_STACK, context={"sampling": "50", "conclude": "promote"}),
        "serves Shadow",
    ),
    Step("Remove it all", "cdk destroy", lambda cdk: cdk.destroy(_STACK), "nothing"),
)


def main() -> int:
    started = time.monotonic()
    print(f"A local AWS, in which SageMaker is {_SPEED:.0f} times as quick as the real one.")
    story: list[tuple[Step, float, str]] = []
    with LocalAws(speed=_SPEED) as aws:
        cdk = Cdk(aws, _APP, stream=True)
        for number, step in enumerate(STEPS, 1):
            print(f"\n━━ {number}. {step.title}\n$ {step.command}", flush=True)
            begun = time.monotonic()
            try:
                step.run(cdk)
            except CdkFailed as failed:
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
        print(f"{step.command:<46} {seconds:4.0f} s  {held}")
    print(f"{'in all':<46} {time.monotonic() - started:4.0f} s  The local AWS is gone; nothing of it is left.")
    return 0


def holdings(aws: LocalAws) -> str:
    """What SageMaker holds, in one line: name, status, sampling, schedule, variants served."""
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
