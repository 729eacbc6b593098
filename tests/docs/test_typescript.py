"""docs/typescript.md: its TypeScript compiles and synthesises, its types are the schema's, its Java parses."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import javalang
import pytest
from sybil import Document
from sybil.parsers.markdown import CodeBlockParser

from shadowtest.schema.whole import of_properties
from tests.support.console import sessions

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "typescript.md"
MODULES = PROJECT / "node_modules"
MEMBERS = PROJECT / "tests" / "support" / "members_of_type.cjs"
TYPE = "Custom::SageMakerInferenceExperiment"
COMPILER = {"strict": True, "module": "node16", "target": "es2022", "skipLibCheck": True, "types": []}
BY_CUSTOM_RESOURCE = {"ServiceToken", "ServiceTimeout"}
"""What CDK's CustomResource has parameters of its own for."""


def blocks(language: str) -> list[str]:
    document = Document.parse(str(PAGE), CodeBlockParser(language, lambda _: None))
    return [f"{example.parsed}" for example in document.examples()]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files of the page, as `cdk init` lays it out."""
    folder = tmp_path_factory.mktemp("typescript")
    for file, block in zip(("ranking.ts", "shadow-test-properties.ts"), blocks("typescript"), strict=True):
        assert f"`{file}`:\n\n```typescript\n{block}" in PAGE.read_text()
        (folder / file).write_text(block)
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER}))
    (folder / "node_modules").symlink_to(MODULES)
    return folder


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "CDK_DISABLE_CLI_TELEMETRY": "1", "NODE_PATH": str(MODULES)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def declared(folder: Path) -> dict[str, Any]:
    template = json.loads((folder / "cdk.out" / "RankingShadowTest.template.json").read_text())
    (experiment,) = [each for each in template["Resources"].values() if each["Type"] == TYPE]
    return dict(experiment["Properties"])


def test_the_app_compiles_synthesises_and_has_no_faults(app: Path) -> None:
    ((*commands,),) = sessions(PAGE)
    for command in commands:
        done = run(app, "bash", "-c", command.command)
        assert done.returncode == 0, done.stdout + done.stderr
        assert command.says(done.stdout), done.stdout

    assert declared(app)["ServiceToken"] == {"Fn::ImportValue": "ShadowTestProvider"}
    assert {key: value for key, value in declared(app).items() if key != "ServiceToken"} == properties_in_java()


MISTAKES = {
    "misspelt": ("SamplingPercentage: 10", "SamplingPercent: 10", "'SamplingPercent' does not exist in type"),
    "missing": ('EndpointName: "shop-ranking",', "", "Property 'EndpointName' is missing"),
    "text": ("SamplingPercentage: 10", 'SamplingPercentage: "ten"', "'string' is not assignable to type 'number'"),
}


def test_the_compiler_finds_mistakes(app: Path, tmp_path: Path) -> None:
    for file in ("shadow-test-properties.ts", "tsconfig.json"):
        (tmp_path / file).write_text((app / file).read_text())
    (tmp_path / "node_modules").symlink_to(MODULES)
    right = (app / "ranking.ts").read_text()
    for name, (written, mistaken, _) in MISTAKES.items():
        assert written in right
        (tmp_path / f"{name}.ts").write_text(right.replace(written, mistaken))

    # All at once: most of the time the compiler reads the types of the library.
    done = run(tmp_path, MODULES / ".bin" / "tsc", "--noEmit")

    errors = [line for line in done.stdout.splitlines() if ": error " in line]
    assert len(errors) == len(MISTAKES), done.stdout
    for name, (_, _, said) in MISTAKES.items():
        assert any(line.startswith(f"{name}.ts") and said in line for line in errors), done.stdout


def test_the_types_are_those_of_the_schema(app: Path) -> None:
    done = run(app, "node", MEMBERS, "shadow-test-properties.ts", "ShadowTestProperties")

    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == set(members_in(of_properties()))


def members_in(schema: dict[str, Any], within: str = "") -> Iterator[str]:
    """As `members_of_type.cjs` prints those of a type."""
    of_value = schema.get("else", schema)
    if "allOf" in of_value:
        for each in of_value["allOf"]:
            kind, of_kind = each["if"]["properties"]["Type"]["const"], each["then"]
            required = [*of_value["required"], *of_kind.get("required", ())]
            yield from members_in({**of_kind, "required": required}, f"{within}<{kind}>")
        return
    if "items" in of_value:
        yield from members_in(of_value["items"], f"{within}[]")
    for name, each in of_value.get("properties", {}).items():
        if not within and name in BY_CUSTOM_RESOURCE:
            continue
        path = f"{within}.{name}" if within else name
        yield f"{path}*" if name in of_value.get("required", ()) else path
        yield from members_in(each, path)


class Map:
    """Java's, read as Python."""

    @staticmethod
    def of(*pairs: Any) -> dict[str, Any]:
        return dict(zip(pairs[::2], pairs[1::2], strict=True))


class List:
    @staticmethod
    def of(*entries: Any) -> list[Any]:
        return list(entries)


def properties_in_java() -> dict[str, Any]:
    (java,) = blocks("java")
    (given,) = re.findall(r"\.properties\((.*)\)\s*\.build\(\)", java, re.DOTALL)
    properties = eval(given, {"Map": Map, "List": List})
    assert isinstance(properties, dict)
    return properties


def test_the_java_parses_and_uses_classes_and_methods_that_there_are() -> None:
    """CDK's Java classes are generated from this model."""
    (java,) = blocks("java")
    source = javalang.parse.parse(java)
    model = json.loads(gzip.decompress((MODULES / "aws-cdk-lib" / ".jsii.gz").read_bytes()))
    package, types = model["targets"]["java"]["package"], model["types"]

    imported = {each.path for each in source.imports} - {"java.util.List", "java.util.Map"}
    assert imported == {f"{package}.{name}" for name in ("App", "CustomResource", "Fn", "Stack")}
    named = {each.type.name for _, each in source.filter(javalang.tree.ClassCreator)}
    assert named == {"App", "Stack"}
    assert {f"aws-cdk-lib.{path.rpartition('.')[2]}" for path in imported} <= set(types)
    variables = {
        declarator.name: declared.type.name
        for _, declared in source.filter(javalang.tree.LocalVariableDeclaration)
        for declarator in declared.declarators
    }
    assert variables == {"app": "App", "stack": "Stack"}

    calls = [each for _, each in source.filter(javalang.tree.MethodInvocation) if each.qualifier not in ("Map", "List")]
    (create,) = [each for each in calls if each.qualifier == "CustomResource.Builder"]
    options = {
        each["name"]: each.get("optional", False) for each in types["aws-cdk-lib.CustomResourceProps"]["properties"]
    }
    *given, last = [each.member for each in create.selectors]
    assert (create.member, last) == ("create", "build")
    assert {name for name, is_optional in options.items() if not is_optional} <= set(given) <= set(options)
    for call in calls:
        if call.qualifier and call is not create:
            assert call.member in methods_of(f"aws-cdk-lib.{variables.get(call.qualifier, call.qualifier)}", types)


def methods_of(name: str, types: dict[str, Any]) -> set[str]:
    """Its own, and those of the classes that it extends."""
    of_type = types.get(name, {})
    inherited = methods_of(of_type["base"], types) if "base" in of_type else set()
    return {each["name"] for each in of_type.get("methods", [])} | inherited


@pytest.mark.parametrize(
    ("written", "mistaken"), [("app.synth();", "app.synth()"), ("new App()", "new App(")], ids=["semicolon", "bracket"]
)
def test_java_with_a_slip_does_not_parse(written: str, mistaken: str) -> None:
    (java,) = blocks("java")
    assert written in java

    with pytest.raises(javalang.parser.JavaSyntaxError):
        javalang.parse.parse(java.replace(written, mistaken))


def test_each_block_is_checked() -> None:
    assert (len(blocks("typescript")), len(blocks("java")), len(sessions(PAGE))) == (2, 1, 1)


def test_the_library_is_of_the_version_of_pythons() -> None:
    pinned = json.loads((PROJECT / "package.json").read_text())["devDependencies"]["aws-cdk-lib"]

    assert f"aws-cdk-lib=={pinned} " in (PROJECT / "requirements-dev.txt").read_text()
