"""``shadowtest plan`` of a promotion with ``PromoteIf``, whose metrics it does not read."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.planner import BEFORE, PROMOTION, Planner, template

GATE = {"Criteria": [{"Type": "Traffic", "MinInvocations": 20000}]}
ALARM = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "slow"}}


@pytest.fixture
def planner(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Planner:
    planner = Planner.with_a_running_test(shadowtest, monkeypatch)
    planner.stack.clock.advance(timedelta(hours=2))
    return planner


def verdict(planner: Planner, properties: dict[str, Any], **rest: Any) -> dict[str, Any]:
    new = template(ShadowTest=properties)
    new["Resources"] |= rest
    (verdict,) = planner.verdicts(planner(new, "--format", "json"))["Demo.ShadowTest"]
    return verdict


def test_a_promotion_with_a_gate_is_not_known(planner: Planner) -> None:
    told = verdict(planner, PROMOTION | {"PromoteIf": GATE})

    assert told["kind"] == "unknown"
    assert told["reason"] == f"{planner.name} is promoted only if PromoteIf holds, which the deployment will judge"


def test_a_gate_before_the_promotion_changes_nothing(planner: Planner) -> None:
    assert verdict(planner, BEFORE | {"PromoteIf": GATE})["kind"] == "nothing"


def test_one_without_a_gate_is_promoted(planner: Planner) -> None:
    assert verdict(planner, PROMOTION)["kind"] == "promote"


def test_an_alarm_that_the_deployment_creates_has_no_name_yet(planner: Planner) -> None:
    gate = {"Criteria": [{"Type": "Alarms", "AlarmNames": [{"Ref": "Slow"}]}]}

    told = verdict(planner, PROMOTION | {"PromoteIf": gate}, Slow=ALARM | {"Properties": {}})

    assert told["kind"] == "unknown"
    assert "PromoteIf" in told["reason"]
