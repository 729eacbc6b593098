"""``shadowtest plan`` of a promotion with ``PromoteIf``: the verdict as of now."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.planner import BEFORE, PROMOTION, Planner, template

ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "slow"}}
ALARMS = {"Criteria": [{"Type": "Alarms", "AlarmNames": ["slow"]}]}
LONGER = {"Criteria": [{"Type": "Running", "AtLeast": "P2D"}]}


@pytest.fixture
def planner(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Planner:
    planner = Planner.with_a_running_test(shadowtest, monkeypatch)
    planner.stack.clock.advance(timedelta(hours=2))
    planner.aws.cloudwatch = planner.stack.cloudwatch
    return planner


def gated(gate: dict[str, Any]) -> dict[str, Any]:
    """The template of a promotion with a gate."""
    return template(ShadowTest=PROMOTION | {"PromoteIf": gate})


def verdict(planner: Planner, properties: dict[str, Any], **rest: Any) -> dict[str, Any]:
    new = template(ShadowTest=properties)
    new["Resources"] |= rest
    (verdict,) = planner.verdicts(planner(new, "--format", "json"))["Demo.ShadowTest"]
    return verdict


def test_a_gate_that_holds_lets_the_test_be_promoted(planner: Planner) -> None:
    planner.stack.cloudwatch.alarms["slow"] = "OK"

    told = verdict(planner, PROMOTION | {"PromoteIf": ALARMS})

    assert told["kind"] == "promote"
    assert told["gate"].startswith("holds: 1 of 1 criterion at ")
    assert f" PromoteIf {told['gate']}. Can't be undone." in planner(gated(ALARMS)).out


def test_a_promotion_without_a_gate_says_nothing_of_one(planner: Planner) -> None:
    assert verdict(planner, PROMOTION)["gate"] == ""


def test_offline_the_gate_is_not_judged(planner: Planner) -> None:
    words = "A promotion also depends on PromoteIf, which is judged at the deployment."

    assert words in planner(gated(ALARMS), "--offline").out
    assert "PromoteIf" not in planner(template(ShadowTest=PROMOTION), "--offline").out


def test_a_gate_that_fails_is_refused_in_the_words_of_the_deployment(planner: Planner) -> None:
    planner.stack.cloudwatch.alarms["slow"] = "ALARM"

    told = verdict(planner, PROMOTION | {"PromoteIf": ALARMS})

    assert told["kind"] == "refused"
    assert told["reason"].startswith("PromoteIf fails: 1 of 1 criterion (Alarms) at ")
    assert "slow is in ALARM" in told["reason"]


def test_an_inconclusive_gate_is_refused(planner: Planner) -> None:
    told = verdict(planner, PROMOTION | {"PromoteIf": LONGER})

    assert told["kind"] == "refused"
    assert told["reason"].startswith("PromoteIf is inconclusive: 1 of 1 criterion (Running) at ")


def test_with_patience_the_deployment_may_still_promote(planner: Planner) -> None:
    told = verdict(planner, PROMOTION | {"PromoteIf": LONGER | {"Patience": "PT30M"}})

    assert told["kind"] == "unknown"
    assert "PromoteIf is inconclusive" in told["reason"]
    assert "The deployment waits for up to PT30M." in told["reason"]


def test_metrics_that_may_not_be_read_never_promote(planner: Planner) -> None:
    planner.aws.cloudwatch = None

    assert verdict(planner, PROMOTION | {"PromoteIf": ALARMS})["kind"] == "unknown"


def test_a_gate_before_the_promotion_changes_nothing(planner: Planner) -> None:
    assert verdict(planner, BEFORE | {"PromoteIf": ALARMS})["kind"] == "nothing"


def test_one_without_a_gate_reads_no_metrics(planner: Planner) -> None:
    planner.aws.cloudwatch = None

    assert verdict(planner, PROMOTION)["kind"] == "promote"


def test_an_alarm_that_the_deployment_creates_has_no_name_yet(planner: Planner) -> None:
    gate = {"Criteria": [{"Type": "Alarms", "AlarmNames": [{"Ref": "Slow"}]}]}

    told = verdict(planner, PROMOTION | {"PromoteIf": gate}, Slow=ALARM | {"Properties": {}})

    assert told["kind"] == "unknown"
    assert "PromoteIf" in told["reason"]
