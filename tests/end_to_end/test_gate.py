"""A gate that is judged before the promotion, on the traffic of the local AWS, by a user who may do no more."""

import json
from datetime import timedelta
from pathlib import Path

from local.cdk import Cdk
from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws
from shadowtest.aws.policies import ACTIONS
from tests.end_to_end.test_as_served import APP, STACK, make_endpoint
from tests.support.shadowtest_process import Ended, Shadowtest

GATE = {
    "Window": "PT1H",
    "Criteria": [
        {"Type": "Traffic", "MinInvocations": 3000},
        {"Type": "Latency", "Statistic": "p50", "MaxRatio": 1.2},
    ],
}


def test_too_little_traffic_is_inconclusive_a_slow_shadow_fails_and_a_fast_one_holds(tmp_path: Path) -> None:
    with LocalAws(speed=60) as aws:
        cdk, gate = Cdk(aws, APP), Shadowtest(aws, ACTIONS["gate"])

        def after(passed: timedelta, *, latency_ms: float) -> Ended:
            """``latency_ms``: of the shadow variant over that time."""
            performances = {"AllTraffic": Performance(latency_ms=40), "Shadow": Performance(latency_ms=latency_ms)}
            aws.control.traffic(Traffic(requests_per_minute=600, performances=performances))
            aws.control.advance(passed)
            return gate("gate", STACK, "--out", f"junit={tmp_path / 'gate.xml'}")

        cdk.bootstrap()
        make_endpoint(aws.session().client("sagemaker"))
        cdk.deploy(STACK, context={"declared": json.dumps({"gate": GATE})})

        early = after(timedelta(minutes=20), latency_ms=40)
        assert (early.code, early.err) == (4, "")
        assert "Traffic is inconclusive: " in early.out
        assert "at this rate, there will be enough data at " in early.out

        slow = after(timedelta(hours=2), latency_ms=80)
        assert (slow.code, slow.err) == (3, "")
        assert "Traffic holds: " in slow.out
        assert "Latency p50 fails: " in slow.out
        assert '<failure message="Latency p50 fails: ' in (tmp_path / "gate.xml").read_text()

        fast = after(timedelta(hours=2), latency_ms=40)
        assert (fast.code, fast.err) == (0, "")
        assert "PromoteIf holds: 2 of 2 criteria at " in fast.out
