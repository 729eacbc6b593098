"""``shadowtest plan``: the new template, compared with the deployed one and with the live state."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from simulation.declarations import PRODUCTION, Declaration, as_served, declared
from tests.support.endpoint import scale
from tests.support.planner import BEFORE, PROMOTION, Planner, template

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "plan.schema.json").read_text())


def test_nothing_changes(planner: Planner) -> None:
    done = planner(template(ShadowTest=BEFORE), "--detailed-exitcode")

    assert (done.code, done.err) == (0, "")
    assert f"Nothing  Experiment {planner.name} does not change: the properties do not change" in done.out


@pytest.mark.parametrize(
    ("new", "code", "said"),
    [
        (as_served(sampling=50), 2, "Update in place"),
        (as_served("contender"), 3, "REFUSED"),
        (PROMOTION, 2, "Promote"),
        (as_served(Run="2"), 2, "Replace"),
    ],
)
def test_each_change_has_its_exit_code(planner: Planner, new: Declaration, code: int, said: str) -> None:
    done = planner(template(ShadowTest=new), "--detailed-exitcode")
    plain = planner(template(ShadowTest=new))

    assert said in done.out
    assert done.code == code
    assert plain.code == (3 if code == 3 else 0)


def test_an_attribute_that_is_asked_for_is_an_update_that_changes_nothing(planner: Planner) -> None:
    done = planner(template(ShadowTest=BEFORE | {"Attributes": ["ScheduledEndEpoch"]}), "--detailed-exitcode")

    assert (done.code, done.err) == (0, "")
    assert f"Nothing  Experiment {planner.name} does not change" in done.out


def test_a_removed_experiment_is_ended_and_its_record_deleted(planner: Planner) -> None:
    done = planner(template())

    assert [line.split("  ")[-2].strip() for line in done.lines if "Experiment" in line or "record" in line] == [
        "End",
        "Remove",
    ]


def test_one_that_is_retained_goes_on(planner: Planner) -> None:
    kept = planner.aws.cloudformation.stacks["Demo"].template["Resources"]["ShadowTest"]
    kept["DeletionPolicy"] = "Retain"

    assert "DeletionPolicy is Retain, so CloudFormation sends no Delete" in planner(template()).out


def test_parameters_conditions_and_exports_are_resolved(planner: Planner) -> None:
    given = {
        "Parameters": {"Sampling": {"Type": "Number", "Default": 20}, "Env": {"Type": "String", "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
    }
    value = {"Fn::If": ["IsProd", 10, {"Ref": "Sampling"}]}
    new = as_served(Description={"Fn::ImportValue": "Words"})
    new["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] = value
    planner.aws.cloudformation.exports["Words"] = "from an export"

    default = planner(template(ShadowTest=new, rest=given))
    other = planner(template(ShadowTest=new, rest=given), "--parameters", "Sampling=30")
    prod = planner(template(ShadowTest=new, rest=given), "--parameters", "Demo:Env=prod")

    assert "SamplingPercentage from 10 to 20" in default.out
    assert "from an export" in default.out
    assert "SamplingPercentage from 10 to 30" in other.out
    assert "SamplingPercentage" not in prod.out.partition("Details")[0].partition("Can be undone")[0]


def test_a_parameter_that_no_template_has_is_an_error(planner: Planner) -> None:
    rest = {"Parameters": {"Sampling": {"Type": "Number", "Default": 20}}}

    done = planner(template(ShadowTest=BEFORE, rest=rest), "--parameters", "Smpling=3", "--parameters", "x")

    assert done.code == 1
    assert done.err == (
        "error: --parameters 'Smpling=3': the template declares no parameter Smpling, the parameters are Sampling; "
        "--parameters 'x' must be KEY=VALUE or STACK:KEY=VALUE\n"
    )


def test_what_only_the_deployment_knows_is_not_guessed(planner: Planner) -> None:
    new = as_served(sampling=50) | {"EndpointName": {"Fn::GetAtt": ["Maker", "Name"]}}
    document = template(ShadowTest=new)
    document["Resources"]["Maker"] = {"Type": "Custom::Maker", "Properties": {}}

    lenient, strict = planner(document), planner(document, "--strict")

    assert (lenient.code, strict.code) == (0, 4)
    assert "EndpointName is known only at deployment" in lenient.out


def test_json_is_as_its_schema_says(planner: Planner) -> None:
    Draft7Validator.check_schema(SCHEMA)
    experiments = {"ShadowTest": as_served(Run="2"), "Second": declared(sampling=101), "Third": BEFORE}

    done = planner(template(**experiments), "--format", "json")

    plan = json.loads(done.out)
    Draft7Validator(SCHEMA).validate(plan)
    assert [each["logicalId"] for each in plan["stacks"][0]["resources"]] == list(experiments)
    assert plan["cost"]["total"] is None


def test_all_formats_are_written_beside_what_is_printed(planner: Planner) -> None:
    done = planner(template(ShadowTest=PROMOTION), "--out", "markdown=plan.md", "--out", "json=plan.json")

    assert "Promote" in done.out
    folder = planner.shadowtest.folder
    assert (folder / "plan.md").read_text().startswith("<!-- shadowtest plan Demo -->\n")
    assert json.loads((folder / "plan.json").read_text())["schemaVersion"] == 1


@pytest.mark.parametrize("amount", ["abc", "NaN", "-1", "inf"])
def test_a_cost_that_is_no_amount_is_a_usage_error(planner: Planner, amount: str) -> None:
    done = planner(template(ShadowTest=BEFORE), "--max-cost", amount)

    assert done.code == 1
    assert f"'{amount}' must be a number such as 250.00" in done.err
    assert len(done.err.splitlines()) == 1


def test_costs_are_limited(planner: Planner) -> None:
    planner.shadowtest.write("prices.yaml", "currency: EUR\nprices: {ml.m5.xlarge: 0.25}\n")
    new = template(ShadowTest=as_served(sampling=50))

    within = planner(new, "--prices", "prices.yaml", "--max-cost", "42")
    above = planner(new, "--prices", "prices.yaml", "--max-cost", "41.5")
    unknown = planner(new, "--max-cost", "1")
    strict = planner(new, "--max-cost", "1", "--strict")

    assert "168 instance-hours, 41.98 EUR" in within.out
    assert (within.code, above.code, unknown.code, strict.code) == (0, 3, 0, 4)


def test_the_cost_of_what_can_not_be_told_is_not_known(planner: Planner) -> None:
    planner.shadowtest.write("prices.yaml", "prices: {ml.m5.xlarge: 0.25}\n")
    new = as_served(sampling=50) | {"EndpointName": {"Fn::GetAtt": ["Maker", "Name"]}}
    document = template(ShadowTest=new)
    document["Resources"]["Maker"] = {"Type": "Custom::Maker", "Properties": {}}

    done = planner(document, "--prices", "prices.yaml", "--max-cost", "1", "--strict")

    assert done.code == 4
    assert "the effect on ShadowTest is not known" in done.out


def test_a_new_stack_has_no_made_up_name(planner: Planner) -> None:
    planner.aws.cloudformation.stacks.clear()
    elsewhere = as_served() | {"EndpointName": "shop"}

    done = planner(template(First=elsewhere, Second=elsewhere | {"Name": "given"}), "--format", "json")

    assert "known-at-deployment" not in done.out
    first, second = json.loads(done.out)["stacks"][0]["resources"]
    assert first["verdicts"][0]["experiment"] == "(name generated at deployment)"
    assert second["verdicts"][0]["experiment"] == "given"


def test_offline_says_whether_the_properties_are_valid(planner: Planner) -> None:
    planner.aws.cloudformation.denied = {"DescribeStacks"}
    unknown = as_served() | {"EndpointName": {"Ref": "AWS::AccountId"}}

    valid = planner(template(ShadowTest=unknown), "--offline")
    strict = planner(template(ShadowTest=unknown), "--offline", "--strict")
    faulty = planner(template(ShadowTest=declared(sampling=101)), "--offline")

    assert (valid.code, strict.code, faulty.code) == (0, 4, 3)
    assert "SamplingPercentage is '101', must be an integer from 0 to 100" in faulty.out
    assert planner.aws.cloudformation.calls == []


def test_nested_stacks_are_said_not_to_be_read(planner: Planner) -> None:
    document = template(ShadowTest=BEFORE)
    document["Resources"]["Inner"] = {"Type": "AWS::CloudFormation::Stack", "Properties": {}}

    assert "The templates of nested stacks are not read: Inner." in planner(document).out


@pytest.mark.parametrize("body", ["{Ref: Missing}", "{'Fn::Sub': '${Missing.Name}'}", "null"])
def test_a_template_that_can_not_be_meant_is_refused(planner: Planner, body: str) -> None:
    text = json.dumps(template(ShadowTest=BEFORE | {"Description": "VALUE"})).replace('"VALUE"', body)
    planner.shadowtest.write("broken.yaml", text)

    done = planner.shadowtest("plan", "broken.yaml", "--stack", "Demo")

    assert done.code == 3
    assert "REFUSED" in done.out
    assert "Traceback" not in done.err


def test_what_does_not_change_still_says_how_it_is(planner: Planner) -> None:
    running = planner(template(ShadowTest=BEFORE), "--format", "json")
    planner.stack.call(
        "StopInferenceExperiment",
        Name=planner.name,
        ModelVariantActions={PRODUCTION: "Retain", "Shadow": "Remove"},
        DesiredState="Cancelled",
    )
    planner.stack.clock.advance(timedelta(minutes=20))
    stopped = planner(template(ShadowTest=BEFORE))

    (verdict,) = json.loads(running.out)["stacks"][0]["resources"][0]["verdicts"]
    assert verdict["kind"] == "nothing"
    assert sum(bill["hours"] for bill in verdict["bills"]) == pytest.approx(2 * 168, abs=1)
    assert f"{planner.name} is Cancelled since" in stopped.out


def test_faults_count_though_other_values_are_not_known(planner: Planner) -> None:
    new = as_served(sampling=101) | {"Schedule": {"Duration": {"Fn::GetAtt": ["Maker", "Days"]}}}
    document = template(ShadowTest=new)
    document["Resources"]["Maker"] = {"Type": "Custom::Maker", "Properties": {}}

    done = planner(document)

    assert done.code == 3
    assert "SamplingPercentage is '101', must be an integer from 0 to 100" in done.out


def test_an_update_of_a_test_that_ends_in_the_same_deployment(planner: Planner) -> None:
    done = planner(template(ShadowTest=as_served(sampling=60) | {"DesiredState": "Completed"}))

    assert "Update in place  Experiment" in done.out
    assert "The test continues" not in done.out
    assert "Can be undone" not in done.out
    assert "168 instance-hours" not in done.out


def test_a_cost_above_the_limit_says_so(planner: Planner) -> None:
    planner.shadowtest.write("prices.yaml", "prices: {ml.m5.xlarge: 1}")

    done = planner(template(ShadowTest=as_served(sampling=50)), "--prices", "prices.yaml", "--max-cost", "1")

    assert done.code == 3
    assert "That is more than --max-cost 1." in done.out


def test_without_a_known_cost_there_are_no_hours(planner: Planner) -> None:
    done = planner(template(ShadowTest=as_served(sampling=50)), "--offline")

    assert "its properties are valid" in done.out
    assert "0 instance-hours" not in done.out


def test_the_end_keeps_the_instances_that_the_endpoint_has_now(planner: Planner) -> None:
    scale(planner.stack, 3)

    end, _ = planner.verdicts(planner({"Resources": {}}, "--format", "json"))["Demo.ShadowTest"]

    assert {each["role"]: each["instanceCount"] for each in end["fates"]} == {"production": 3, "shadow": 1}


@pytest.mark.parametrize("options", [[], ["--offline"]])
def test_a_new_test_without_a_function_is_refused(planner: Planner, options: list[str]) -> None:
    without = {key: value for key, value in as_served(sampling=101).items() if key != "ServiceToken"}

    done = planner(template(New=without), *options)

    assert done.code == 3
    assert "2 faults in the properties: ServiceToken is missing, must be the ARN of the function" in done.out
