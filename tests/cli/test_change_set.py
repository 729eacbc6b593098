"""``shadowtest plan --change-set``: the changes and the values that CloudFormation itself reports."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from simulation.declarations import Declaration, as_served
from tests.support.command_line import Done
from tests.support.planner import BEFORE, Planner, template

ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/pull-request/1"
KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
OF_STRICT = ("--strict", "--detailed-exitcode", "--format", "json")


class ChangeSets:
    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def __call__(
        self, new: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], *options: str, **described: Any
    ) -> Done:
        """Plans a change set of these changes, one on each page."""
        cloudformation = self._planner.aws.cloudformation
        about = {"StackName": "Demo", "StackId": self._planner.stack.stack_id, "ChangeSetId": ARN}
        page = {**about, "Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", **described}
        cloudformation.change_sets[ARN] = [page | {"Changes": [change]} for change in changes] or [page]
        cloudformation.change_set_templates[ARN] = new
        return self._planner.shadowtest("plan", "--change-set", ARN, *(options or OF_STRICT))

    def kinds(self, done: Done) -> dict[str, list[str]]:
        verdicts = self._planner.verdicts(done)
        return {resource.split(".")[1]: [each["kind"] for each in told] for resource, told in verdicts.items()}


@pytest.fixture
def change_set(planner: Planner) -> ChangeSets:
    return ChangeSets(planner)


def change(
    before: Declaration | None, after: Declaration | None, logical_id: str = "ShadowTest", **more: Any
) -> dict[str, Any]:
    contexts = {"BeforeContext": before, "AfterContext": after}
    known = {key: json.dumps({"Properties": value}) for key, value in contexts.items() if value is not None}
    action = "Add" if before is None else "Remove" if after is None else "Modify"
    kind = "Custom::SageMakerInferenceExperiment"
    of = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": kind, **known, **more}
    return {"Type": "Resource", "ResourceChange": of}


TOPIC = change(BEFORE, BEFORE, "Topic", ResourceType="AWS::SNS::Topic")


def test_a_change_is_planned_with_the_values_of_cloudformation(change_set: ChangeSets) -> None:
    unresolved = BEFORE | {"ShadowModeConfig": {"Ref": "NobodyKnows"}}

    done = change_set(template(ShadowTest=unresolved), [TOPIC, change(BEFORE, as_served(sampling=50))])

    assert (done.code, done.err) == (2, "")
    assert change_set.kinds(done) == {"ShadowTest": ["update in place"]}


def test_what_is_known_after_the_execution_is_not_guessed(change_set: ChangeSets) -> None:
    after = as_served(sampling=50) | {"RoleArn": KNOWN_LATER}

    done = change_set(template(ShadowTest=BEFORE), [change(BEFORE, after)])

    assert done.code == 4
    assert "known after the change set is executed" in done.out


@pytest.mark.parametrize("hidden", ["****", "{{resolve:secretsmanager:words}}"])
def test_what_cloudformation_does_not_show_is_not_compared(change_set: ChangeSets, hidden: str) -> None:
    words = {"Description": hidden}

    done = change_set(template(ShadowTest=BEFORE), [change(BEFORE | words, as_served(sampling=50) | words)])

    assert done.code == 4
    assert change_set.kinds(done) == {"ShadowTest": ["unknown"]}


@pytest.mark.parametrize(
    "more",
    [
        {"Description": "{{resolve:ssm:/words}}"},
        {"EndpointName": {"Fn::GetAtt": ["Maker", "Name"]}},
        {"Description": {"Fn::If": ["Later", "one", "other"]}},
    ],
)
def test_a_test_that_is_not_among_the_changes_stays_as_it_is(
    planner: Planner, change_set: ChangeSets, more: Declaration
) -> None:
    done = change_set(template(ShadowTest=BEFORE | more), [TOPIC])

    assert (done.code, done.err) == (0, "")
    assert change_set.kinds(done) == {"ShadowTest": ["nothing"]}
    assert planner.name in done.out


def test_a_test_that_it_does_not_change_is_billed_as_without_a_change_set(
    planner: Planner, change_set: ChangeSets
) -> None:
    new = template(ShadowTest=BEFORE)

    of_change_set, of_template = change_set(new, [TOPIC]), planner(new, "--format", "json")

    assert planner.verdicts(of_change_set) == planner.verdicts(of_template)
    assert json.loads(of_change_set.out)["cost"] == json.loads(of_template.out)["cost"]
    (verdict,) = planner.verdicts(of_change_set)["Demo.ShadowTest"]
    assert [each["role"] for each in verdict["bills"]] == ["production", "shadow"]


@pytest.mark.parametrize(("scope", "kind"), [(["Metadata"], "nothing"), (["Metadata", "Properties"], "unknown")])
def test_a_change_of_something_else_than_the_properties_is_none(
    change_set: ChangeSets, scope: list[str], kind: str
) -> None:
    hidden = BEFORE | {"Description": "****"}

    done = change_set(template(ShadowTest=BEFORE), [change(hidden, hidden, Scope=scope)])

    assert change_set.kinds(done) == {"ShadowTest": [kind]}


def test_a_condition_that_hangs_on_a_hidden_parameter_ends_nothing(planner: Planner, change_set: ChangeSets) -> None:
    new = template(
        ShadowTest=BEFORE,
        rest={
            "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "x"}},
            "Conditions": {"Kept": {"Fn::Equals": [{"Ref": "Secret"}, "x"]}},
        },
    )
    new["Resources"]["ShadowTest"]["Condition"] = "Kept"
    hidden = [{"ParameterKey": "Secret", "ParameterValue": "****"}]

    unchanged = change_set(new, [], Parameters=hidden)
    without_values = change_set(new, [change(BEFORE, None, Action="Modify", BeforeContext=None)], Parameters=hidden)
    planned = planner(new, "--parameters", "Secret=****", "--strict")

    assert change_set.kinds(unchanged) == {"ShadowTest": ["nothing"]}
    assert "can't be undone" not in without_values.out.lower()
    assert planned.code == 4
    assert "CloudFormation hides the value of parameter Secret" in planned.out


@pytest.mark.parametrize(
    ("kind", "value"), [("String", "words"), ("List<String>", "words,more"), ("AWS::EC2::Image::Id", "words")]
)
def test_a_value_from_parameter_store_is_the_one_that_cloudformation_has_read(
    planner: Planner, change_set: ChangeSets, kind: str, value: str
) -> None:
    planner.deployed.parameters["Words"] = "/words"
    planner.deployed.resolved["Words"] = "older,words"
    declared = {"Parameters": {"Words": {"Type": f"AWS::SSM::Parameter::Value<{kind}>"}}}
    said = {"Fn::Select": ["0", {"Ref": "Words"}]} if "List" in kind else {"Ref": "Words"}
    new = template(ShadowTest=BEFORE | {"Description": said}, rest=declared)
    parameters = [{"ParameterKey": "Words", "ParameterValue": "/words", "ResolvedValue": value}]

    # CloudFormation does not always return the values of a resource.
    done = change_set(new, [change(BEFORE, None, Action="Modify")], Parameters=parameters)

    assert done.code == 2
    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert [(each["path"], each["declared"]) for each in verdict["differences"]] == [("Description", "words")]


def test_a_previous_value_is_that_of_the_deployment(planner: Planner, change_set: ChangeSets) -> None:
    planner.deployed.parameters["Words"] = "deployed"
    declared = {"Parameters": {"Words": {"Type": "String", "Default": "default"}}}
    new = template(ShadowTest=BEFORE | {"Description": {"Ref": "Words"}}, rest=declared)
    parameters = [{"ParameterKey": "Words", "UsePreviousValue": True}]

    done = change_set(new, [change(BEFORE, None, Action="Modify")], Parameters=parameters)

    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert [each["declared"] for each in verdict["differences"]] == ["deployed"]


def test_a_change_set_has_all_parameters_that_it_needs(planner: Planner, change_set: ChangeSets) -> None:
    new = template(ShadowTest=BEFORE, rest={"Parameters": {"Untold": {"Type": "String"}}})
    changes = [change(BEFORE, as_served(sampling=50))]

    assert change_set.kinds(change_set(new, changes)) == {"ShadowTest": ["update in place"]}
    assert planner(new).code == 3


def test_a_removal_and_an_addition(change_set: ChangeSets) -> None:
    new = template(Second=BEFORE | {"EndpointName": "other"})

    done = change_set(new, [change(BEFORE, None), change(None, as_served(sampling=101), "Second")])

    assert done.code == 3
    assert change_set.kinds(done) == {"Second": ["refused"], "ShadowTest": ["end", "remove"]}


def test_a_change_set_of_a_new_stack(planner: Planner, change_set: ChangeSets) -> None:
    planner.deployed.status = "REVIEW_IN_PROGRESS"
    planner.deployed.physical_ids.clear()
    planner.stack.serve("other")
    planner.stack.clock.advance(3600)
    after = as_served(EndpointName="other", RoleArn=KNOWN_LATER, ServiceToken=KNOWN_LATER)

    done = change_set(template(ShadowTest=BEFORE), [change(None, after)])

    assert (done.code, done.err) == (2, "")
    (verdict,) = planner.verdicts(done)["Demo.ShadowTest"]
    assert (verdict["kind"], verdict["experiment"]) == ("create", "(name generated at deployment)")


def test_a_resource_that_the_change_set_does_not_create_is_no_test(change_set: ChangeSets) -> None:
    new = template(ShadowTest=BEFORE, Second=BEFORE, rest={"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}})
    new["Resources"]["Second"]["Condition"] = "Never"

    assert change_set.kinds(change_set(new, [TOPIC])) == {"ShadowTest": ["nothing"]}


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_change_set_without_changes_changes_nothing(planner: Planner, change_set: ChangeSets, reason: str) -> None:
    planner.deployed.template["Resources"]["ShadowTest"]["Properties"]["Description"] = "{{resolve:ssm:/words}}"

    done = change_set({}, [], Status="FAILED", StatusReason=reason, ExecutionStatus="UNAVAILABLE")

    assert (done.code, done.err) == (0, "")
    assert change_set.kinds(done) == {"ShadowTest": ["nothing"]}


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ({"Status": "FAILED", "StatusReason": "Template error"}, "is FAILED, must be CREATE_COMPLETE: Template error"),
        ({"Status": "CREATE_PENDING"}, "is CREATE_PENDING, must be CREATE_COMPLETE: no reason is given"),
        ({"ExecutionStatus": "OBSOLETE"}, "can't be executed: its execution status is OBSOLETE"),
    ],
)
def test_a_change_set_that_can_not_be_executed(change_set: ChangeSets, described: dict[str, str], said: str) -> None:
    done = change_set(template(ShadowTest=BEFORE), [], **described)

    assert (done.code, done.out) == (1, "")
    assert done.err == f"error: change set {ARN} {said}\n"


def test_it_is_read_in_its_own_region(planner: Planner) -> None:
    arn = ARN.replace("us-east-1", "eu-west-1")
    cloudformation = planner.aws.cloudformation
    about = {"StackName": "Demo", "StackId": planner.stack.stack_id, "ChangeSetId": arn, "Status": "CREATE_COMPLETE"}
    cloudformation.change_sets[arn] = [about]
    cloudformation.change_set_templates[arn] = template(ShadowTest=BEFORE)

    # AWS's own prices are read in another one.
    planner.shadowtest.write("prices.yaml", "currency: USD\nprices: {ml.m5.xlarge: 0.23}\n")

    done = planner.shadowtest("plan", "--change-set", arn, "--format", "json", "--prices", "prices.yaml")

    assert json.loads(done.out)["stacks"][0]["region"] == "eu-west-1"
    assert set(planner.aws.asked_in) == {"eu-west-1"}


@pytest.mark.parametrize("arn", ["pull-request", "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/1"])
def test_what_is_no_arn_of_a_change_set(planner: Planner, arn: str) -> None:
    done = planner.shadowtest("plan", "--change-set", arn)

    assert done.code == 1
    assert done.err == f"error: --change-set '{arn}' must be the ARN of a change set\n"


def test_all_that_it_can_not_be_combined_with_is_named(planner: Planner) -> None:
    done = planner.shadowtest("plan", "template.json", "--change-set", ARN, "--stack", "Demo", "--offline")

    assert (done.code, done.out) == (1, "")
    assert done.err == ("error: --change-set can't be combined with a template or a folder and --stack and --offline\n")
