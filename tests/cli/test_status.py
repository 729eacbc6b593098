"""``shadowtest status`` and ``shadowtest drift`` on an account with one stack and one test."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from shadowtest.aws import options
from shadowtest.status import watching
from simulation.declarations import as_served
from tests.support.account import Deployed, FakeAws
from tests.support.command_line import CommandLine
from tests.support.endpoint import delete
from tests.support.stack import Stack

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "status.schema.json").read_text())
BEFORE = as_served()
RESOURCE = {"Type": "Custom::SageMakerInferenceExperiment", "Properties": BEFORE}


class Account:
    """A stack ``Demo`` whose test runs."""

    def __init__(self, aws: FakeAws, stack: Stack, name: str) -> None:
        self.aws, self.stack, self.name = aws, stack, name


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    stack = Stack()
    name = stack.create(BEFORE).physical_id
    aws = FakeAws(stack)
    deployed = Deployed(stack.stack_id, {"Resources": {"ShadowTest": RESOURCE}}, {"ShadowTest": name})
    aws.cloudformation.stacks["Demo"] = deployed
    monkeypatch.setattr(options, "Aws", lambda *_: aws)
    return Account(aws, stack, name)


def test_a_running_test(account: Account, shadowtest: CommandLine) -> None:
    account.stack.clock.advance(timedelta(hours=1))

    by_stack, of_region = shadowtest("status", "Demo"), shadowtest("status")

    assert (by_stack.code, by_stack.err) == (0, "")
    assert by_stack.out == of_region.out
    assert by_stack.lines == [
        "Demo / ShadowTest",
        f"  Experiment {account.name} is Running.",
        "  Endpoint shop is InService.",
        "  The shadow variant gets 10 percent of the requests.",
        "  The test ends at 2030-01-08T00:05:00Z, in 6 days 22 hours.",
        "  Production variant AllTraffic (champion) is billed on 1 x ml.m5.xlarge until then: 167 instance-hours.",
        "  Shadow variant Shadow (challenger) is billed on 1 x ml.m5.xlarge until then: 167 instance-hours.",
        "  Production variant AllTraffic serves model champion on 1 x ml.m5.xlarge.",
        "  Shadow variant Shadow serves model challenger on 1 x ml.m5.xlarge.",
    ]


def test_a_test_that_is_over_is_shown_for_its_stack_only(account: Account, shadowtest: CommandLine) -> None:
    account.stack.clock.advance(timedelta(days=8))

    assert f"Experiment {account.name} is Completed" in shadowtest("status", "Demo").out
    assert shadowtest("status").out == "No shadow tests.\n"


def test_a_test_or_an_endpoint_that_is_gone_is_said(account: Account, shadowtest: CommandLine) -> None:
    delete(account.stack)
    without_endpoint = shadowtest("status", "Demo")
    account.stack.clock.advance(timedelta(days=8))
    account.stack.call("DeleteInferenceExperiment", Name=account.name)
    without_test = shadowtest("status", "Demo")

    assert "There is no endpoint shop." in without_endpoint.out
    assert without_test.code == 1
    assert f"error: experiment {account.name}, of ShadowTest in stack Demo, is not there" in without_test.err


def test_json_is_as_its_schema_says(account: Account, shadowtest: CommandLine) -> None:
    done = shadowtest("status", "--format", "json", "--out", "markdown=status.md")

    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator(SCHEMA).validate(json.loads(done.out))
    assert json.loads(done.out)["tests"][0]["secondsLeft"] > 0
    assert (shadowtest.folder / "status.md").read_text().startswith("### Demo / ShadowTest\n")
    assert account.name in done.out


def test_watch_follows_an_update_until_nothing_changes(
    account: Account, shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode: dict[str, Any] = account.stack.describe(account.name)["ShadowModeConfig"]
    account.stack.call("UpdateInferenceExperiment", Name=account.name, ShadowModeConfig=mode)
    monkeypatch.setattr(watching, "sleep", account.stack.clock.advance)

    done = shadowtest("status", "--watch", "--interval", "60")

    statuses = [line.partition(" is ")[2].partition(",")[0] for line in done.lines]
    assert done.code == 0
    assert statuses[0] == "Updating"
    assert statuses[-1] == "Running"


def test_watch_takes_no_other_format(account: Account, shadowtest: CommandLine) -> None:
    done = shadowtest("status", "--watch", "--format", "json")

    assert (done.code, account.aws.cloudformation.calls) == (1, [])
    assert done.err == "error: --watch shows text only: leave --format and --out out\n"


@pytest.mark.parametrize("command", ["status", "drift", "report"])
def test_every_stack_that_does_not_exist_is_named(account: Account, shadowtest: CommandLine, command: str) -> None:
    done = shadowtest(command, "Demo", "Dmeo", "Other")

    assert (done.code, done.out) == (1, "")
    assert done.err == "error: there is no stack Dmeo and no stack Other in us-east-1\n"
    assert account.aws.cloudformation.calls.count("DescribeStacks") == 3


def test_drift_of_all_stacks_with_its_exit_codes(account: Account, shadowtest: CommandLine) -> None:
    account.aws.cloudformation.stacks["Topics"] = Deployed(
        "arn:aws:cloudformation:us-east-1:123456789012:stack/Topics/1",
        {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}},
    )
    in_sync = shadowtest("drift", "--detailed-exitcode")
    mode: dict[str, Any] = account.stack.describe(account.name)["ShadowModeConfig"]
    mode["ShadowModelVariants"][0]["SamplingPercentage"] = 33
    account.stack.call("UpdateInferenceExperiment", Name=account.name, ShadowModeConfig=mode)
    account.stack.clock.advance(timedelta(minutes=10))
    drifted, without_code = shadowtest("drift", "--detailed-exitcode"), shadowtest("drift")

    assert (in_sync.code, in_sync.out) == (0, f"Demo / ShadowTest ({account.name}): in sync\n")
    assert (drifted.code, without_code.code) == (2, 0)
    assert drifted.lines == [
        f"Demo / ShadowTest ({account.name}): drifted",
        "  SamplingPercentage: declared 10, live 33.",
    ]


def test_what_only_cloudformation_knows_can_not_be_told(account: Account, shadowtest: CommandLine) -> None:
    deployed = account.aws.cloudformation.stacks["Demo"]
    hidden = BEFORE | {"Description": "{{resolve:ssm:words}}"}
    deployed.template = {"Resources": {"ShadowTest": RESOURCE | {"Properties": hidden}}}

    done = shadowtest("drift", "--strict")

    assert done.code == 4
    assert "Description is known only to CloudFormation" in done.out
