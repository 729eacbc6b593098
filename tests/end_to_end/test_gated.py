"""A gate on the local AWS: a promotion is refused for too little traffic, then for latency, and then goes through."""

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk, CdkFailed
from local.sagemaker.traffic import Performance, Traffic
from local.seed import CHALLENGER, seed
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('gated.py')}"
STACK = "Gated"
FAST, SLOW = Performance(latency_ms=40), Performance(latency_ms=80)
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Gated:
    """The stack, its test and its endpoint."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self._cdk = Cdk(aws, APP)

    def deploy(self, *, promote: bool = False) -> None:
        self._cdk.deploy(STACK, context={"promote": "yes"} if promote else {})

    def refused(self) -> str:
        """Deploys the promotion, which is refused and changes nothing. Returns the reason in the stack's events."""
        before, called = (self.test(), self.endpoint()), self.changes()
        with pytest.raises(CdkFailed) as failed:
            self.deploy(promote=True)
        assert (self.test(), self.endpoint()) == before
        # The rollback takes the lease of the test, and that is all.
        assert self.changes() == [*called, "AddTags"]
        stack, events = self.stack(), self.aws.session().client("cloudformation").describe_stack_events(StackName=STACK)
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        newest = next(each for each in events["StackEvents"] if each["ResourceStatus"] == "UPDATE_FAILED")
        assert newest["ResourceType"] == "Custom::SageMakerInferenceExperiment"
        reason = str(newest["ResourceStatusReason"])
        assert "PromoteIf " in "".join(failed.value.output)
        return reason[reason.index("PromoteIf") :]

    def answer(self, shadow: Performance, *, until: datetime) -> None:
        """The model of the shadow variant answers so until then."""
        self.aws.control.traffic(Traffic(requests_per_minute=1_200, performances={CHALLENGER: shadow}))
        self.aws.control.advance(max(until - self.now(), timedelta()))

    def now(self) -> datetime:
        return datetime.fromisoformat(self.aws.control.now())

    def test(self) -> dict[str, Any]:
        (only,) = self.aws.control.experiments()
        return dict(only)

    def endpoint(self) -> dict[str, Any]:
        (only,) = self.aws.control.endpoints()
        return dict(only)

    def changes(self) -> list[str]:
        """The calls that change something at SageMaker."""
        calls = [each["operation"] for each in self.aws.control.calls()]
        return [each for each in calls if not each.startswith(("Describe", "List"))]

    def stack(self) -> dict[str, Any]:
        (only,) = self.aws.session().client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return dict(only)

    def verdict(self) -> str:
        (output,) = (each for each in self.stack()["Outputs"] if each["OutputKey"] == "Gate")
        return str(output["OutputValue"])

    def allowed(self) -> set[str]:
        """What the function's role may do at CloudWatch."""
        iam = self.aws.session().client("iam")
        (function,) = self.aws.session().client("lambda").list_functions()["Functions"]
        role = function["Role"].rpartition("/")[2]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
        return set(re.findall(r'"(cloudwatch:\w+)"', json.dumps(policies)))


@pytest.fixture(scope="module")
def gated() -> Iterator[Gated]:
    with LocalAws(speed=60) as aws:
        seed(aws)
        Cdk(aws, APP).bootstrap()
        stack = Gated(aws)
        stack.deploy()
        yield stack


def test_a_promotion_is_earned(gated: Gated) -> None:
    assert gated.test()["Status"] == "Running"
    assert (gated.verdict(), gated.allowed()) == ("", set())

    # The shadow variant gets 120 requests in a minute.
    gated.answer(FAST, until=gated.now() + timedelta(minutes=12))
    reason = gated.refused()

    said = re.match(
        rf"PromoteIf is inconclusive: 1 of 3 criteria \(Traffic\) at {INSTANT}: {gated.test()['Name']} is not "
        rf"promoted, and the test continues\. Deploy again after ({INSTANT}), or change PromoteIf\. Traffic is "
        rf"inconclusive: ([\d,]+) requests to Shadow, at least 8,000; at this rate, there will be enough data at \1, "
        rf"before the scheduled end of the test at {INSTANT} \[({INSTANT}) to ({INSTANT})\]\. ",
        reason,
    )
    assert said, reason
    enough_at, start, end = (datetime.fromisoformat(said[group]) for group in (1, 3, 4))
    assert int(said[2].replace(",", "")) == 120 * (end - start) / timedelta(minutes=1)
    assert gated.test()["Status"] == "Running"
    assert (gated.verdict(), gated.allowed()) == ("", set())

    gated.answer(SLOW, until=enough_at)
    reason = gated.refused()

    said = re.match(
        rf"PromoteIf fails: 1 of 3 criteria \(Latency p90\) at {INSTANT}: .* Latency p90 fails: ([\d.]+) times "
        r"production's, at most 1\.2 \(median of \d+ periods of PT1M, \d+ of them beyond the limit; at least 120 "
        rf"samples in each\) \[{INSTANT} to {INSTANT}\]\. ",
        reason,
    )
    assert said, reason
    assert float(said[1]) == pytest.approx(2, rel=0.1)
    # What was promised is kept: by that time, there is enough.
    assert "Traffic holds: 8," in reason

    gated.answer(FAST, until=gated.now() + timedelta(minutes=125))
    gated.deploy(promote=True)

    assert re.fullmatch(rf"holds: 3 of 3 criteria at {INSTANT}", gated.verdict())
    assert (gated.test()["Status"], gated.test()["StatusReason"]) == ("Completed", "as quick")
    assert [each["VariantName"] for each in gated.endpoint()["ProductionVariants"]] == ["Shadow"]
    # No criterion has alarms.
    assert gated.allowed() == {"cloudwatch:GetMetricData"}
