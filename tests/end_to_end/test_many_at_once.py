"""Twenty tests deployed in one go, all served by one function, and removed in one go."""

import sys
from pathlib import Path
from typing import Any

from local.cdk import Cdk
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('many.py')}"
STACKS = 10
EXPERIMENTS = 2 * STACKS


def at_once(calls: list[dict[str, Any]]) -> int:
    """How many experiments were under way at the same time: between the first and the last call about each."""
    names: list[str] = [call["parameters"]["Name"] for call in calls if "InferenceExperiment" in call["operation"]]
    first = {name: position for position, name in reversed(list(enumerate(names)))}
    last = {name: position for position, name in enumerate(names)}
    return max(sum(first[name] <= position <= last[name] for name in first) for position in range(len(names)))


def test_twenty_tests_come_to_run_at_once_and_go_at_once() -> None:
    with LocalAws(speed=120) as aws:
        cdk = Cdk(aws, APP)
        cdk.bootstrap()
        context = {"stacks": str(STACKS)}

        cdk.deploy("*", context=context, concurrency=STACKS)

        assert [each["Status"] for each in aws.control.experiments()] == ["Running"] * EXPERIMENTS
        for endpoint in aws.control.endpoints():
            assert [variant["VariantName"] for variant in endpoint["ShadowProductionVariants"]] == ["Shadow-01"]
        assert [each["outcome"] for each in aws.control.custom_resources()] == ["SUCCESS"] * EXPERIMENTS
        deploying = aws.control.calls()
        assert at_once(deploying) > STACKS / 2

        cdk.destroy("*", context=context, concurrency=STACKS)

        assert aws.control.experiments() == []
        assert aws.control.endpoints() == []
        assert [each["outcome"] for each in aws.control.custom_resources()] == ["SUCCESS"] * EXPERIMENTS * 2
        assert at_once(aws.control.calls()[len(deploying) :]) > STACKS / 2
        # No call was made for another's experiment: each was created, and deleted, once.
        for operation in ("CreateInferenceExperiment", "DeleteInferenceExperiment"):
            assert len({call["parameters"]["Name"] for call in aws.control.calls(operation)}) == EXPERIMENTS
            assert len(aws.control.calls(operation)) == EXPERIMENTS
