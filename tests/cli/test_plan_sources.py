"""What ``shadowtest plan`` is given: an assembly with stages, a template, a deployment file, standard input."""

import json
from typing import Any

import pytest

from simulation.declarations import Declaration, as_served
from tests.support.planner import BEFORE, Planner, template

SAMPLING = {"Parameters": {"Sampling": {"Type": "Number", "Default": 20}}}


def of_sampling(value: Any) -> Declaration:
    return BEFORE | {"ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": value}]}}


class Assembly:
    """``cdk.out`` as ``cdk synth`` writes it, and the stages within it."""

    def __init__(self, planner: Planner, folder: str = "cdk.out") -> None:
        self._planner, self._folder = planner, folder
        self._artifacts: dict[str, Any] = {}

    def stack(self, name: str, body: dict[str, Any], *, environment: str = "", **properties: Any) -> None:
        file = f"{name}.template.json"
        self._planner.shadowtest.write(f"{self._folder}/{file}", json.dumps(body))
        known = {"environment": environment or "aws://unknown-account/unknown-region"}
        self._add(name, "aws:cloudformation:stack", {"templateFile": file, **properties}, known)

    def stage(self, name: str) -> "Assembly":
        self._add(name, "cdk:cloud-assembly", {"directoryName": name}, {})
        return Assembly(self._planner, f"{self._folder}/{name}")

    def _add(self, name: str, kind: str, properties: dict[str, Any], more: dict[str, Any]) -> None:
        self._artifacts[name] = {"type": kind, "properties": properties, **more}
        manifest = {"version": "1", "artifacts": {"Tree": {"type": "cdk:tree"}, **self._artifacts}}
        self._planner.shadowtest.write(f"{self._folder}/manifest.json", json.dumps(manifest))


@pytest.fixture
def assembly(planner: Planner) -> Assembly:
    return Assembly(planner)


def test_stacks_of_stages_are_planned_too(planner: Planner, assembly: Assembly) -> None:
    assembly.stack("Plain", template(First=BEFORE | {"Name": "first", "EndpointName": "other"}))
    assembly.stack("Empty", {})
    planner.stack.serve("other")
    planner.stack.clock.advance(600)
    assembly.stage("assembly-Prod").stack("ProdArtifact", template(ShadowTest=of_sampling(50)), stackName="Demo")

    done = planner.shadowtest("plan", "--format", "json")
    chosen = planner.shadowtest("plan", "cdk.out", "--stack", "Demo", "--format", "json")

    assert (done.code, done.err) == (0, "")
    assert list(planner.verdicts(done)) == ["Plain.First", "Demo.ShadowTest"]
    assert list(planner.verdicts(chosen)) == ["Demo.ShadowTest"]


def test_stacks_that_an_assembly_does_not_have_are_all_named(planner: Planner, assembly: Assembly) -> None:
    assembly.stack("Demo", template(ShadowTest=BEFORE))
    assembly.stack("Another", template())

    done = planner.shadowtest("plan", "--stack", "Here", "--stack", "Demo", "--stack", "There")

    assert (done.code, done.out) == (1, "")
    assert done.err == "error: cdk.out has no stack Here and no stack There, it has Another, Demo\n"


@pytest.mark.parametrize("manifest", ["{}", '{"artifacts": []}'])
def test_a_bad_manifest(planner: Planner, manifest: str) -> None:
    planner.shadowtest.write("cdk.out/manifest.json", manifest)

    done = planner.shadowtest("plan")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: cdk.out/manifest.json is not the manifest of a cloud assembly: ")
    assert len(done.err.splitlines()) == 1


def test_a_folder_without_a_manifest(planner: Planner) -> None:
    without_folder = planner.shadowtest("plan")
    planner.shadowtest.write("cdk.out/note.txt", "")
    done = planner.shadowtest("plan")

    assert (without_folder.code, done.code) == (1, 1)
    assert without_folder.err == "error: cdk.out does not exist: run 'cdk synth' first, or name a template\n"
    assert done.err.startswith("error: cdk.out has no manifest.json: name the folder that 'cdk synth' writes")


def test_the_parameters_of_an_assembly(planner: Planner, assembly: Assembly) -> None:
    new = template(ShadowTest=of_sampling({"Ref": "Sampling"}), rest=SAMPLING)
    assembly.stack("Demo", new, parameters={"Sampling": 30})

    assert "SamplingPercentage from 10 to 30" in planner.shadowtest("plan").out


def test_a_parameter_without_a_value_is_refused(planner: Planner) -> None:
    rest = {"Parameters": {"Sampling": {"Type": "Number"}, "Model": {"Type": "String"}}}
    planner.shadowtest.write("new.json", json.dumps(template(ShadowTest=of_sampling({"Ref": "Sampling"}), rest=rest)))
    plan = ("plan", "new.json", "--stack", "Demo")

    without = planner.shadowtest(*plan)
    planner.deployed.parameters["Model"] = "challenger"
    given = planner.shadowtest(*plan, "--parameters", "Sampling=30")

    assert without.code == 3
    assert (
        "there is no value for Sampling and Model. Give the values of the deployment with --parameters Sampling=VALUE "
        "--parameters Model=VALUE"
    ) in without.out
    assert "SamplingPercentage from 10 to 30" in given.out


def test_faults_are_found_in_a_stack_of_another_account(planner: Planner, assembly: Assembly) -> None:
    assembly.stack("Demo", template(ShadowTest=of_sampling(101)), environment="aws://210987654321/eu-west-1")

    done = planner.shadowtest("plan")

    assert done.code == 3
    assert "SamplingPercentage is '101'" in done.out


def test_a_stack_of_another_account_can_not_be_told(planner: Planner, assembly: Assembly) -> None:
    assembly.stack("Demo", template(ShadowTest=BEFORE), environment="aws://210987654321/eu-west-1")

    done = planner.shadowtest("plan", "--strict")

    assert done.code == 4
    assert "the stack belongs to account 210987654321, but your credentials are for account 123456789012" in done.out
    assert planner.aws.cloudformation.calls == []


def test_a_stack_of_another_region_is_read_there(planner: Planner, assembly: Assembly) -> None:
    assembly.stack("Demo", template(ShadowTest=BEFORE), environment="aws://123456789012/eu-west-1")

    planner.shadowtest.write("prices.yaml", "prices: {ml.m5.xlarge: 1}")

    done = planner.shadowtest("plan", "--prices", "prices.yaml", "--format", "json")

    (stack,) = json.loads(done.out)["stacks"]
    assert (stack["region"], stack["resources"][0]["verdicts"][0]["kind"]) == ("eu-west-1", "nothing")
    assert set(planner.aws.asked_in) == {"eu-west-1"}


def deployment_file(planner: Planner, parameters: str, where: str = "deployment.yaml") -> None:
    planner.shadowtest.write(where, f"template-file-path: template.json\n{parameters}")
    new = template(ShadowTest=of_sampling({"Ref": "Sampling"}), rest=SAMPLING)
    planner.shadowtest.write("template.json", json.dumps(new))


def test_a_deployment_file_names_the_template_and_the_parameters(planner: Planner) -> None:
    deployment_file(planner, "parameters: {Sampling: 30}\n")
    arguments = ("plan", "--deployment-file", "deployment.yaml", "--stack", "Demo")

    assert "SamplingPercentage from 10 to 30" in planner.shadowtest(*arguments).out
    # A value on the command line has precedence.
    assert "SamplingPercentage from 10 to 40" in planner.shadowtest(*arguments, "--parameters", "Sampling=40").out


def test_the_template_is_also_found_beside_the_deployment_file(planner: Planner) -> None:
    deployment_file(planner, "", "deployments/demo.yaml")
    (planner.shadowtest.folder / "template.json").rename(planner.shadowtest.folder / "deployments" / "template.json")

    done = planner.shadowtest("plan", "--deployment-file", "deployments/demo.yaml", "--stack", "Demo")

    assert "SamplingPercentage from 10 to 20" in done.out


@pytest.mark.parametrize(
    ("parameters", "arguments", "said"),
    [
        (
            "parameters: {Smpling: 30, Sampling: 30, Other: x}",
            ("--stack", "Demo"),
            "deployment.yaml: the template declares no parameter Smpling, the parameters are Sampling; the template "
            "declares no parameter Other, the parameters are Sampling",
        ),
        ("parameters: [a]", ("--stack", "Demo"), "parameters of deployment.yaml must be a map of strings"),
        (
            "parameters: {Sampling: 1, Sampling: 2}",
            ("--stack", "Demo"),
            "deployment.yaml: line 2: Sampling is given a second time",
        ),
        ("", (), "template.json is a template: use --stack to name the stack that you deploy it to"),
        (
            "",
            ("template.json", "--stack", "Demo"),
            "--deployment-file already names the template: omit the TEMPLATE argument",
        ),
    ],
)
def test_a_deployment_file_that_can_not_be_used(
    planner: Planner, parameters: str, arguments: tuple[str, ...], said: str
) -> None:
    deployment_file(planner, parameters)

    done = planner.shadowtest("plan", "--deployment-file", "deployment.yaml", *arguments)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error: {said}")


def test_a_file_that_is_no_deployment_file(planner: Planner) -> None:
    planner.shadowtest.write("deployment.yaml", "Resources: {}\n")

    done = planner.shadowtest("plan", "--deployment-file", "deployment.yaml", "--stack", "Demo")

    assert done.err == ("error: deployment.yaml has no template-file-path, which a deployment file of Git sync needs\n")


def test_a_template_on_standard_input(planner: Planner) -> None:
    given = json.dumps(template(ShadowTest=as_served(sampling=50))).encode()

    done = planner.shadowtest("plan", "-", "--stack", "Demo", "--detailed-exitcode", given=given)
    unnamed = planner.shadowtest("plan", "-", given=given)
    broken = planner.shadowtest("plan", "-", "--stack", "Demo", given=b"[]")

    assert (done.code, done.err) == (2, "")
    assert "SamplingPercentage from 10 to 50" in done.out
    assert unnamed.err.startswith("error: <stdin> is a template: use --stack")
    assert broken.err.startswith("error: <stdin> is not a CloudFormation template")


@pytest.mark.parametrize(
    ("constraint", "value", "said"),
    [
        ({"AllowedValues": [10, 50]}, "60", "parameter Sampling is '60', must be one of 10, 50"),
        ({"MaxValue": 50}, "60", "parameter Sampling is 60, must be at most 50"),
        ({"MinValue": 5}, "1", "parameter Sampling is 1, must be at least 5"),
        ({"AllowedValues": [10, 50], "MinValue": 10, "MaxValue": 50}, "50", "changes SamplingPercentage from 10 to 50"),
    ],
)
def test_a_parameter_that_is_not_allowed_is_refused(
    planner: Planner, constraint: dict[str, Any], value: str, said: str
) -> None:
    """CloudFormation checks it before it deploys anything."""
    sampled = as_served(sampling={"Ref": "Sampling"})
    declared = {"Sampling": {"Type": "Number", "Default": 10, **constraint}}

    done = planner(template(ShadowTest=sampled, rest={"Parameters": declared}), "--parameters", f"Sampling={value}")

    assert said in done.out
    assert done.code == (0 if "changes" in said else 3)
