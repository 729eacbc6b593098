"""What ``shadowtest plan`` shows for pull requests with read-only permissions, and what their deployments do."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk, CdkFailed
from local.server import LocalAws
from shadowtest.aws.policies import ACTIONS
from tests.end_to_end.test_as_served import make_endpoint
from tests.support.assembly import synthesised
from tests.support.shadowtest_process import Ended, Shadowtest

APP = Path(__file__).with_name("as_served.py")
STACK = "AsServed"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=120) as running:
        make_endpoint(running.session().client("sagemaker"))
        yield running


@pytest.fixture(scope="module")
def cdk(aws: LocalAws) -> Cdk:
    cdk = Cdk(aws, f"{sys.executable} {APP}")
    cdk.bootstrap()
    return cdk


class Reviewer:
    """Plans what an app with these declarations deploys."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.run = Shadowtest(aws, ACTIONS["plan"])
        self._folder = folder
        self._count = 0

    def plan(self, *options: str, **declared: Any) -> Ended:
        return self.run("plan", str(self.assembly(**declared)), "--detailed-exitcode", *options)

    def assembly(self, **declared: Any) -> Path:
        self._count += 1
        return synthesised(APP, self._folder / str(self._count), declared=json.dumps(declared))


def resample(aws: LocalAws, name: str, sampling: int) -> None:
    """Someone changes the test by hand, and waits until the change is live."""
    sagemaker = aws.session().client("sagemaker")
    mode = sagemaker.describe_inference_experiment(Name=name)["ShadowModeConfig"]
    mode["ShadowModelVariants"][0]["SamplingPercentage"] = sampling
    sagemaker.update_inference_experiment(Name=name, ShadowModeConfig=mode)
    aws.control.advance(timedelta(minutes=10))


def deploy(cdk: Cdk, **declared: Any) -> None:
    cdk.deploy(STACK, context={"declared": json.dumps(declared)})


def test_pull_requests_read_as_what_they_are(aws: LocalAws, cdk: Cdk, tmp_path: Path) -> None:
    reviewer = Reviewer(aws, tmp_path)

    new = reviewer.plan()
    assert (new.code, new.err) == (2, "")
    assert "Create  Experiment (name generated at deployment) is created on endpoint shop-ranking." in new.out
    assert "Shadow variant Shadow (ranking-2025) is billed on 2 x ml.m5.xlarge" in new.out
    deploy(cdk)
    (experiment,) = aws.control.experiments()
    name = experiment["Name"]

    status = Shadowtest(aws, ACTIONS["status"])
    shown = status("status", STACK)
    assert (shown.code, shown.err) == (0, "")
    assert f"experiment {name}\n  Status: Running.\n" in shown.out
    assert "The shadow variant gets 10 percent of the requests." in status("status").out

    drift = Shadowtest(aws, ACTIONS["drift"])
    in_sync = drift("drift", "--detailed-exitcode", "--strict")
    assert (in_sync.code, in_sync.err) == (0, "")
    resample(aws, name, 33)
    drifted = drift("drift", STACK, "--detailed-exitcode")
    assert drifted.code == 2
    assert "SamplingPercentage" in drifted.out
    resample(aws, name, 10)
    followed = status("status", STACK, "--watch", "--interval", "1")
    assert followed.code == 0
    assert "Running" in followed.out.splitlines()[-1]
    # The clock of AWS is ahead of the machine's by now.
    assert drift("drift", "--detailed-exitcode", "--strict") == in_sync

    same = reviewer.plan()
    assert same.code == 0
    assert f"Nothing  Experiment {name} does not change" in same.out

    sampling = reviewer.plan(sampling=50)
    assert sampling.code == 2
    assert f"Update in place  Experiment {name} changes SamplingPercentage from 10 to 50." in sampling.out
    assert "Can be undone." in sampling.out

    model = reviewer.plan(model="ranking-2026")
    assert model.code == 3
    assert "REFUSED" in model.out
    assert "ranking-2026" in model.out
    with pytest.raises(CdkFailed):
        deploy(cdk, model="ranking-2026")

    promotion = reviewer.plan("--out", f"json={tmp_path / 'plan.json'}", promote=True)
    assert promotion.code == 2
    assert f"Promote  Experiment {name} ends. Shadow variant Shadow (ranking-2025) takes all traffic" in promotion.out
    assert "Can't be undone." in promotion.out
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert plan["stacks"][0]["resources"][0]["verdicts"][0]["kind"] == "promote"

    deploy(cdk, promote=True)
    (production,) = (
        aws.session().client("sagemaker").describe_endpoint(EndpointName="shop-ranking")["ProductionVariants"]
    )
    assert production["VariantName"] == "Shadow"


def test_what_it_may_not_read_is_named(aws: LocalAws, tmp_path: Path) -> None:
    reviewer = Reviewer(aws, tmp_path)
    reviewer.run = Shadowtest(aws, set(ACTIONS["plan"]) - {"cloudformation:DescribeStacks"})

    denied = reviewer.plan()

    assert denied.code == 1
    assert denied.err.startswith("error: IAM does not allow cloudformation:DescribeStacks, which this command needs")
    assert len(denied.err.splitlines()) == 1
