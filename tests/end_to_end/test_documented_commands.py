"""The commands of the README, of docs/cli.md and of the jobs in docs/pipelines.md, each as it is written."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from local.sagemaker.traffic import Traffic
from local.seed import seed
from local.server import PROJECT, LocalAws
from shadowtest.aws.policies import ACTIONS
from tests.support.assembly import synthesised
from tests.support.checkout import Machine
from tests.support.pipeline_jobs import run_build, run_workflow
from tests.support.shadowtest_process import credentials_with

README = PROJECT / "README.md"
RECIPES = PROJECT / "docs" / "recipes"
CLI, PIPELINES, REFERENCE, LOCAL, TUTORIAL = (
    PROJECT / "docs" / f"{name}.md" for name in ("cli", "pipelines", "custom-resource", "local", "tutorial")
)
STACK = "RankingShadowTest"


def blocks(page: Path, language: str = "sh") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


FIRST, *_ = blocks(README, "python")
JOBS: list[dict[str, Any]] = [yaml.safe_load(block) for block in blocks(PIPELINES, "yml")]
WITHOUT_TESTS = 'from aws_cdk import App, Stack\n\napp = App()\nStack(app, "Shop")\napp.synth()\n'


def changed(before: str, after: str) -> str:
    """The README's app with a change."""
    assert before in FIRST
    return FIRST.replace(before, after)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=600) as running:
        seed(running)
        yield running


@pytest.fixture(scope="module")
def machine(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(aws, tmp_path_factory.mktemp("machine"))
    bootstrapped = machine.checkout(FIRST).run("cdk bootstrap aws://123456789012/us-east-1")
    assert bootstrapped.returncode == 0, bootstrapped.stderr
    return machine


@pytest.fixture(scope="module")
def deployed(aws: LocalAws, machine: Machine) -> None:
    """The first test of the README, as the README installs and deploys it."""
    install, deploy, *_ = blocks(README)
    first = machine.checkout(FIRST)
    for block in (install, deploy):
        done = first.run(block)
        assert done.returncode == 0, done.stdout + done.stderr
    assert machine.installed[-2:] == ["pip install /path/to/sagemaker-inference-experiment[cli]", "npm install aws-cdk"]
    assert sampled(aws) == 10
    aws.control.traffic(Traffic(requests_per_minute=600))


@pytest.fixture(scope="module")
def reviewer(aws: LocalAws) -> dict[str, str]:
    return credentials_with(aws, ACTIONS["plan"])


def sampled(aws: LocalAws) -> int:
    (experiment,) = aws.control.experiments()
    return int(experiment["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"])


def resample(aws: LocalAws, percentage: int) -> None:
    """Somebody changes the test by hand, and waits until it runs so."""
    sagemaker, (experiment,) = aws.session().client("sagemaker"), aws.control.experiments()
    mode = sagemaker.describe_inference_experiment(Name=experiment["Name"])["ShadowModeConfig"]
    mode["ShadowModelVariants"][0]["SamplingPercentage"] = percentage
    sagemaker.update_inference_experiment(Name=experiment["Name"], ShadowModeConfig=mode)
    aws.control.advance(timedelta(minutes=10) / aws.speed)


def test_cdk_pipelines(aws: LocalAws, machine: Machine) -> None:
    """Before anything is deployed: its stage has a stack of its own on the same endpoint."""
    (app,) = blocks(PIPELINES, "python")
    source = machine.checkout(app)
    synthesised(source.folder / "app.py", source.folder / "of-the-pipeline")
    resources = json.loads((source.folder / "of-the-pipeline" / "Delivery.template.json").read_text())["Resources"]
    synth, plan = (
        json.loads(each["Properties"]["Source"]["BuildSpec"])
        for key, each in resources.items()
        if each["Type"] == "AWS::CodeBuild::Project" and re.search("BuildSynth|ProductionPlan", key)
    )
    (policy,) = [each for key, each in resources.items() if "ProductionPlanRoleDefaultPolicy" in key]
    actions = {
        action
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
        if action.startswith(("cloudformation:", "sagemaker:"))
    }

    assert run_build(synth, source)[0]
    succeeds, said = run_build(
        plan,
        machine.checkout(app, credentials_with(aws, actions)),
        CODEBUILD_SRC_DIR_Synth_Output=str(source.folder / "cdk.out"),
    )

    assert succeeds, said
    assert "is created on endpoint shop-ranking." in said
    assert machine.installed == ["pip install -r requirements.txt", "npm ci", "pip install -r requirements.txt"]


@pytest.mark.usefixtures("deployed")
def test_the_workflow_of_github_keeps_one_comment_up_to_date(machine: Machine, reviewer: dict[str, str]) -> None:
    job = JOBS[0]["jobs"]["plan"]
    pushes = {
        changed("sampling_percentage=10", "sampling_percentage=50"): (True, STACK, "SamplingPercentage from 10 to 50"),
        changed("ranking-2026", "ranking-2027"): (False, STACK, "**REFUSED**"),
        WITHOUT_TESTS: (True, "Shop", "No shadow tests found."),
    }

    for app, (passes, stack, text) in pushes.items():
        succeeds, said = run_workflow(job, machine.checkout(app, reviewer))

        assert succeeds == passes, said
        somebodys, comment = machine.comments
        assert somebodys == "Looks good."
        assert comment.startswith(f"<!-- shadowtest plan {stack} -->\n")
        assert text in comment


@pytest.mark.usefixtures("deployed")
def test_the_workflow_of_github_finds_drift(aws: LocalAws, machine: Machine) -> None:
    job = JOBS[1]["jobs"]["drift"]
    checkout = machine.checkout(FIRST, credentials_with(aws, ACTIONS["drift"]))
    percentage = sampled(aws)

    succeeds, said = run_workflow(job, checkout)
    assert succeeds, said
    assert "is as declared" in said
    resample(aws, percentage + 1)
    succeeds, said = run_workflow(job, checkout)
    resample(aws, percentage)

    assert not succeeds
    assert "has drifted" in said


@pytest.mark.usefixtures("deployed")
def test_the_jobs_of_gitlab(aws: LocalAws, machine: Machine, reviewer: dict[str, str]) -> None:
    stages = JOBS[2]["stages"]
    app = changed("sampling_percentage=10", "sampling_percentage=50")
    credentials = {"check": {"AWS_ACCESS_KEY_ID": "nobody"}, "plan": reviewer, "deploy": {}}
    artifacts: list[tuple[Any, list[str]]] = []
    jobs = {job["stage"]: job for name, job in JOBS[2].items() if name != "stages"}
    assert list(credentials) == stages

    for stage in stages:
        job, checkout = jobs[stage], machine.checkout(app, credentials[stage])
        for before, paths in artifacts:
            checkout.take(before, paths)
        done = checkout.run("\n".join(job["script"]))
        assert done.returncode == 0, done.stdout + done.stderr
        artifacts.append((checkout, job.get("artifacts", {}).get("paths", [])))

    (lint, _), (plan, _), _ = artifacts
    suite = ElementTree.parse(lint.folder / jobs["check"]["artifacts"]["reports"]["junit"]).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert "SamplingPercentage from 10 to 50" in (plan.folder / "plan.md").read_text()
    assert sampled(aws) == 50


@pytest.mark.usefixtures("deployed")
def test_the_build_of_codepipeline(machine: Machine, reviewer: dict[str, str]) -> None:
    build = machine.checkout(FIRST, reviewer)

    succeeds, said = run_build(JOBS[3], build)

    assert succeeds, said
    assert (build.folder / "plan.md").read_text().startswith(f"<!-- shadowtest plan {STACK} -->\n")


@pytest.mark.usefixtures("deployed")
def test_the_commands_of_the_pages(aws: LocalAws, machine: Machine) -> None:
    checkout = machine.checkout(
        FIRST, credentials_with(aws, {each for actions in ACTIONS.values() for each in actions})
    )

    def run(block: str) -> str:
        done = checkout.run(block)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    *_, pull_request = blocks(README)
    assert f"Stack {STACK}\n" in run(pull_request)

    template = json.loads((checkout.folder / "cdk.out" / f"{STACK}.template.json").read_text())
    (experiment,) = [each for each in template["Resources"].values() if each["Type"].endswith("InferenceExperiment")]
    template["Parameters"]["Sampling"] = {"Type": "Number"}
    experiment["Properties"]["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] = {"Ref": "Sampling"}
    (checkout.folder / "template.yaml").write_text(json.dumps(template))

    upgrade, after_promotion, stopped, before_the_end = (
        block
        for name in ("upgrade", "after-promotion", "stop-in-the-console", "before-the-end")
        for block in blocks(RECIPES / f"{name}.md")
    )
    assert f"Stack {STACK}\n" in run(upgrade)
    assert "Status: Running." in run(after_promotion)
    assert "is as declared" in run(stopped)
    assert json.loads(run(before_the_end))["tests"][0]["end"] is not None

    plan, status, drift, gate, report = blocks(CLI)
    # One of both percentages is live.
    planned = run(plan)
    assert planned.count("Update in place  ") == planned.count("Nothing  ") == 1
    assert run(status).count("Status: Running.") == len(status.splitlines()) - 1
    assert run(drift).count("is as declared") == len(drift.splitlines())
    assert run(gate).count("No shadow tests with PromoteIf found.") == len(gate.splitlines())
    aws.control.advance(timedelta(hours=6))
    assert run(report).count("Model latency, p99") == len(report.splitlines())
    assert (checkout.folder / "report.html").exists()

    (lint,) = blocks(REFERENCE)
    assert run(lint) == "1 experiment, no faults\n"


def test_what_make_runs_is_there(machine: Machine) -> None:
    """Both take minutes."""
    _, _, make, _ = blocks(README)
    targets = re.findall(r"^make (\w+)", make, re.MULTILINE)
    said = machine.checkout(FIRST).run(f"make --dry-run --directory {PROJECT} {' '.join(targets)}").stdout

    assert targets == ["demo", "test"]
    assert "python -m local.demo\n" in said
    assert "python -m pytest " in said


def test_each_block_is_run() -> None:
    """Those of docs/local.md are run by tests/local/test_documented.py, that of the tutorial by test_tutorial.py."""
    pages = [README, *sorted((PROJECT / "docs").rglob("*.md"))]

    found = {page: len(blocks(page)) for page in pages if blocks(page)}

    recipes = ("upgrade", "after-promotion", "stop-in-the-console", "before-the-end")
    assert found == {README: 4, CLI: 5, REFERENCE: 1, LOCAL: 5, TUTORIAL: 1} | {
        RECIPES / f"{name}.md": 1 for name in recipes
    }
    assert len(JOBS) == 4
