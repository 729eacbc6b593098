"""What holds for the project as a whole."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_iam
from aws_cdk.assertions import Template

import sagemaker_inference_experiment

PROJECT = Path(__file__).parents[1]


@pytest.mark.parametrize("root", ["cli", "constructs", "lambda", "tests/constructs"])
def test_the_source_roots_are_no_packages(root: str) -> None:
    assert not (PROJECT / root / "__init__.py").exists(), "it would shadow PyPI's constructs"


def test_the_public_names_are_these() -> None:
    assert sagemaker_inference_experiment.__all__ == [
        "AlarmOptions",
        "Conclusion",
        "Criterion",
        "DataCapture",
        "DesiredState",
        "ExperimentVariant",
        "ExpressionOptions",
        "Gate",
        "IInferenceExperiment",
        "InferenceExperiment",
        "InferenceExperimentGrants",
        "InferenceExperimentProvider",
        "InvalidExperimentError",
        "LogLevel",
        "MetricOptions",
        "ModelVariant",
        "OnDelete",
        "ProviderOptions",
        "Schedule",
        "ShadowTestDashboard",
        "VariantAction",
        "VariantComparison",
        "WaitFor",
    ]
    public = {name for name in vars(sagemaker_inference_experiment) if not name.startswith("_")}
    assert public == set(sagemaker_inference_experiment.__all__)


def test_no_download_address_is_in_a_lock_file() -> None:
    for name in ("requirements-dev.txt", "requirements-minimum.txt"):
        assert "://" not in (PROJECT / name).read_text()
    packages = json.loads((PROJECT / "package-lock.json").read_text())["packages"].values()
    # npm also takes over where authors ask for donations.
    assert "://" not in json.dumps([{**each, "funding": None} for each in packages])
    assert all("resolved" not in each for each in packages)


def test_the_oldest_versions_that_are_declared_are_those_that_are_tested() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    # boto3 is pinned: the tests are of one service model.
    extra = [each for each in project["optional-dependencies"]["cli"] if not each.startswith("boto3")]
    declared = [*project["dependencies"], *extra]
    oldest = {
        f"{name}=={version}" for name, version in re.findall(r"^([\w-]+)[>=]=([\w.]+)", "\n".join(declared), re.M)
    }

    locked = re.findall(r"^[\w-]+==[\w.]+", (PROJECT / "requirements-minimum.txt").read_text(), re.M)

    assert len(oldest) == len(declared)
    assert oldest <= set(locked)


def test_the_readme_names_the_versions_that_are_tested() -> None:
    locks = [(PROJECT / f"requirements-{name}.txt").read_text() for name in ("minimum", "dev")]
    oldest, newest = (re.findall(r"^aws-cdk-lib==(\d+\.\d+)", lock, re.M)[0] for lock in locks)

    assert f"aws-cdk-lib {oldest} and {newest}." in (PROJECT / "README.md").read_text()


def test_each_python_that_is_declared_is_tested() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["classifiers"]

    (versions,) = re.findall(r"for version in (.*); do", (PROJECT / "Makefile").read_text())

    assert versions.split() == re.findall(r"Python :: (3\.\d+)", "\n".join(declared))


def python_blocks(document: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL)


def test_the_readmes_first_stack_synthesises() -> None:
    (first, *_) = python_blocks(PROJECT / "README.md")
    assert len(first.splitlines()) <= 30

    namespace: dict[str, object] = {}
    exec(compile(first, "README.md", "exec"), namespace)

    app = namespace["app"]
    assert isinstance(app, App)
    stack = app.node.find_child("RankingShadowTest")
    Template.from_stack(stack).resource_count_is("Custom::SageMakerInferenceExperiment", 1)  # type: ignore[arg-type]


def test_the_readmes_way_to_watch_a_test_synthesises() -> None:
    package = sagemaker_inference_experiment
    stack = Stack(App(), "Shop")
    variant: dict[str, Any] = {"model": "ranking", "instance_type": "ml.m5.xlarge"}
    experiment = package.InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop-ranking",
        role=aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")),
        production_variant=package.ModelVariant(variant_name="AllTraffic", **variant),
        shadow_variant=package.ModelVariant(variant_name="Shadow-01", **variant),
        sampling_percentage=10,
    )
    (watching,) = (block for block in python_blocks(PROJECT / "README.md") if "ShadowTestDashboard" in block)

    exec(compile(watching, "README.md", "exec"), vars(package) | {"self": stack, "experiment": experiment})

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Dashboard", 1)
    template.resource_count_is("AWS::CloudWatch::Alarm", 3)


def test_the_documents_name_files_that_exist() -> None:
    for document in [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_design_page_knows_every_package_and_lists_no_files() -> None:
    page = (PROJECT / "docs" / "design.md").read_text()
    handler = PROJECT / "lambda" / "inference_experiment_handler"
    modules = {path.stem for path in handler.glob("*.py")} - {"__init__", "index"}
    packages = {path.parent.name for path in handler.rglob("*.py")} - {handler.name} | modules
    assert [package for package in packages if f"| `{package}` |" not in page] == []
    assert re.findall(r"\w+\.py\b", page) == []
