"""``shadowtest plan`` of a test on an endpoint that the same deployment creates."""

import json
from typing import Any

import pytest

from shadowtest.aws import options
from simulation.declarations import Declaration, as_served, declared
from tests.support.account import FakeAws
from tests.support.command_line import CommandLine, Done
from tests.support.foreign import THEIRS, make_theirs
from tests.support.planner import template
from tests.support.stack import Stack

REST: dict[str, Any] = {
    "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": "first"}},
    "Challenger": {"Type": "AWS::SageMaker::Model", "Properties": {}},
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """Of an account without stacks."""
    aws = FakeAws(Stack())
    monkeypatch.setattr(options, "Aws", lambda *_: aws)
    return aws


def plan(shadowtest: CommandLine, properties: Declaration, *more: str) -> Done:
    document = template(ShadowTest=properties | {"EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}})
    document["Resources"].update(REST)
    shadowtest.write("template.json", json.dumps(document))
    return shadowtest("plan", "template.json", "--stack", "New", *more)


def test_it_is_created(shadowtest: CommandLine) -> None:
    done = plan(shadowtest, as_served(), "--strict", "--detailed-exitcode")

    assert done.code == 2
    assert "is created on endpoint (created by this deployment)." in done.out
    # What the endpoint serves is not known, and neither is what the test is deployed on.
    assert "billed" not in done.out


def test_it_has_no_test_of_others(shadowtest: CommandLine, aws: FakeAws) -> None:
    make_theirs(aws.stack)
    aws.unreadable.add(THEIRS)

    assert plan(shadowtest, as_served(), "--strict").code == 0


def test_what_is_declared_of_its_instances_is_billed(shadowtest: CommandLine) -> None:
    done = plan(shadowtest, declared())

    assert "168 instance-hours" in done.out


def test_a_model_of_the_same_deployment(shadowtest: CommandLine) -> None:
    variants = declared()["ModelVariants"]
    variants[1]["ModelName"] = {"Fn::GetAtt": ["Challenger", "ModelName"]}

    done = plan(shadowtest, declared(ModelVariants=variants), "--strict")

    assert done.code == 0
    assert "Shadow variant Shadow-01 (known at deployment) is billed" in done.out
    assert "known-at-deployment" not in done.out


def test_faults_are_found(shadowtest: CommandLine) -> None:
    assert plan(shadowtest, as_served(sampling=101)).code == 3
