"""Every example in the documents and the docstrings works: Python runs, and templates are read and linted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import App, Duration, Stack, aws_iam, aws_sagemaker
from cfnlint.decode.cfn_yaml import loads
from sybil import Document
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import sagemaker_inference_experiment
from inference_experiment_handler.spec.parser import faults_in
from tests.support.assembly import synthesised
from tests.support.experiments import RESOURCE_TYPE
from tests.support.templates import linted

PROJECT = Path(__file__).parents[2]
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
MODULES = sorted((PROJECT / "constructs").rglob("*.py"))


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def given() -> dict[str, Any]:
    """What a fragment may take for granted: it stands in a stack, beside the experiment that it is about."""
    stack = Stack(App(), "Stack")
    role = aws_iam.Role.from_role_arn(stack, "SageMakerRole", "arn:aws:iam::123456789012:role/sagemaker-execution")
    public = {each: getattr(sagemaker_inference_experiment, each) for each in sagemaker_inference_experiment.__all__}
    endpoint = aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="shop-ranking")
    return {
        **public,
        **{each: getattr(aws_cdk, each) for each in ("CfnOutput", "Duration", "RemovalPolicy", "Tags")},
        "aws_iam": aws_iam,
        "self": stack,
        "endpoint": endpoint,
        "role": role,
        "current": "ranking-2024",
        "candidate": "ranking-2025",
        "experiment": public["InferenceExperiment"](
            stack,
            "Experiment",
            endpoint="shop-search",
            role=role,
            production_variant=public["ModelVariant"](
                model="search-2024", variant_name="AllTraffic", instance_type="ml.m5.xlarge"
            ),
            shadow_variant=public["ModelVariant"](
                model="search-2025", variant_name="Shadow-01", instance_type="ml.m5.xlarge"
            ),
            sampling_percentage=10,
            schedule=public["Schedule"].start_now(for_=Duration.days(7)),
        ),
    }


def run(document: Document) -> int:
    """Runs its examples, each on a new stack, with what the document said before; how many there are."""
    examples = list(document.examples())
    for example in examples:
        fresh = given()
        document.namespace.update(fresh)
        example.evaluate()
        fresh["self"].node.root.synth()
    return len(examples)


def blocks(document: Path, language: str) -> Iterator[str]:
    for example in Document.parse(str(document), CodeBlockParser(language, lambda _: None)).examples():
        yield str(example.parsed)


# The API reference is made of the docstrings, whose examples are run where they stand. The tutorial's files import each
# other, so its own end-to-end test runs them.
@pytest.mark.parametrize(
    "document", [each for each in DOCUMENTS if each.name not in ("api.md", "tutorial.md")], ids=name
)
def test_the_python_of_a_document_runs(document: Path) -> None:
    ran = run(Document.parse(str(document), PythonCodeBlockParser()))

    assert ran == document.read_text().count("```python")


def apps() -> Iterator[Any]:
    """What is printed as an app: a reader saves it and runs it, with nothing of the page around it."""
    for document in DOCUMENTS:
        for number, block in enumerate(blocks(document, "python"), start=1):
            if "App()" in block and document.name != "tutorial.md":
                yield pytest.param(block, id=f"{name(document)}, block {number}")


@pytest.mark.parametrize("app", list(apps()))
def test_a_printed_app_runs_as_it_is_printed(app: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(app)

    assembly = synthesised(tmp_path / "app.py", tmp_path / "cdk.out")

    templates = [json.loads(template.read_text()) for template in assembly.rglob("*.template.json")]
    resources = [resource["Type"] for template in templates for resource in template["Resources"].values()]
    assert RESOURCE_TYPE in resources


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_the_examples_of_a_modules_docstrings_run(module: Path) -> None:
    ran = run(PythonDocStringDocument.parse(str(module), PythonCodeBlockParser()))

    assert ran == module.read_text().count("```python")
    assert "::\n\n" not in module.read_text(), "an example is a block between ```python and ```, else nothing runs it"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_the_templates_of_a_document_are_valid(document: Path) -> None:
    for block in blocks(document, "yaml"):
        template = loads(block)
        if "template-file-path" in template:
            # A deployment file of Git sync, which the end-to-end test of its page deploys.
            continue
        whole = template if "Resources" in template else {"Resources": template}

        for resource in whole["Resources"].values():
            if resource["Type"] == RESOURCE_TYPE:
                assert faults_in(resource["Properties"], opaque=lambda value: isinstance(value, dict)) == ()
        assert linted(whole) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_no_block_is_of_a_kind_that_nothing_checks(document: Path) -> None:
    fences = [line.strip() for line in document.read_text().splitlines() if line.strip().startswith("```")]

    # Fences without a word hold a drawing. The diagram, commands and other languages have tests of their own.
    further = {
        "cli.md": {"console"},
        "cloudformation.md": {"console"},
        "leftover-shadow.md": {"console"},
        "operating.md": {"json"},
        "pipelines.md": {"yml"},
        "revert-a-promotion.md": {"console"},
        "tutorial.md": {"console", "diff", "json"},
        "typescript.md": {"console", "typescript", "java"},
    }
    known = {"", "python", "yaml", "sh", "mermaid"} | further.get(document.name, set())
    assert {fence.removeprefix("```") for fence in fences[::2]} <= known
    assert set(fences[1::2]) <= {"```"}
