"""The package as users get it: built, installed into a clean environment, used outside of the repository."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from sagemaker_inference_experiment._asset import collect
from tests.support.clean_environment import environment_with, pip, run

PROJECT = Path(__file__).parents[2]
WRONG = Path(__file__).with_name("wrong.py")


FOLDERS = ("cli", "constructs", "docs", "lambda")
FILES = (".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "pyproject.toml")


def release(checkout: Path) -> Path:
    """What ``make release`` builds in a new checkout, with the environment that runs here."""
    checkout.mkdir()
    for folder in FOLDERS:
        shutil.copytree(
            PROJECT / folder,
            checkout / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
            copy_function=shutil.copyfile,
        )
    for file in FILES:
        shutil.copyfile(PROJECT / file, checkout / file)
    environment = {
        **os.environ,
        "PYTHONPATH": ":".join(str(checkout / root) for root in ("cli", "constructs", "lambda")),
        "SOURCE_DATE_EPOCH": "1700000000",
    }
    subprocess.run(
        ["make", "release", "SETUP=", f"BIN={Path(sys.executable).parent}"],
        cwd=checkout,
        env=environment,
        check=True,
        capture_output=True,
    )
    return checkout / "dist"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return release(tmp_path_factory.mktemp("release") / "checkout")


@pytest.fixture(scope="module")
def wheel(released: Path) -> Path:
    (wheel,) = released.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel: Path) -> Path:
    """Of the environment that the wheel is installed into. Always the same place: mypy's cache goes by places."""
    return environment_with(wheel, PROJECT / ".cache" / "installed")


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


class Synthesised(NamedTuple):
    """The example app, synthesised outside of the repository: where the package was found, and the function's asset."""

    package: Path
    digest: str
    files: set[str]


def synthesised(python: Path, folder: Path, **variables: str) -> Synthesised:
    folder.mkdir()
    shutil.copy(PROJECT / "app.py", folder)
    command = "import app, sagemaker_inference_experiment as package; print(package.__file__)"
    package = run(python, "-c", command, folder=folder, CDK_OUTDIR=str(folder / "cdk.out"), **variables)
    assets = json.loads((folder / "cdk.out" / "ShadowTestDemo.assets.json").read_text())["files"]
    ((digest, asset),) = [item for item in assets.items() if item[1]["source"]["packaging"] == "zip"]
    return Synthesised(Path(package.strip()), digest, files_in(folder / "cdk.out" / asset["source"]["path"]))


def cdk_modules_named_in(folder: Path) -> set[str]:
    trees = [ast.parse(file.read_text()) for file in folder.rglob("*.py")]
    imports = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
    named = {f"{each.module}.{alias.name}" for each in imports if each.module == "aws_cdk" for alias in each.names}
    modules = {name for name in named if name.islower()}
    return modules | {each.module for each in imports if each.module and f"{each.module}.".startswith("aws_cdk.")}


def strict_reading(cdk_modules: set[str]) -> str:
    """mypy's configuration. Of CDK it reads these modules and the interfaces: the other 350 take a minute longer."""
    sections = {"mypy": "strict = True", "mypy-aws_cdk.*": "follow_imports = skip"}
    for module in ("aws_cdk.interfaces.*", *sorted(cdk_modules)):
        sections[f"mypy-{module}"] = "follow_imports = normal"
    return "".join(f"[{name}]\n{setting}\n" for name, setting in sections.items())


def files_in(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    sources = {
        str(file.relative_to(PROJECT / root))
        for root in ("cli", "constructs", "lambda")
        for file in (PROJECT / root).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    notes = {name for name in contents(wheel) if ".dist-info/" in name}
    assert contents(wheel).keys() - notes == sources
    assert {Path(name).name for name in notes} == {"METADATA", "RECORD", "WHEEL", "LICENSE", "entry_points.txt"}


def test_a_release_is_the_same_from_everywhere(released: Path, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        again = release(tmp_path / "elsewhere")
    finally:
        os.umask(before)

    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    name = f"sagemaker_inference_experiment-{version}"
    files = {f"{name}-py3-none-any.whl", f"{name}.tar.gz", "template.yaml", "function.zip"}
    assert files_in(released) == files_in(again) == files
    assert [file for file in files if (released / file).read_bytes() != (again / file).read_bytes()] == []


def test_a_wheel_from_the_sdist_is_the_same(released: Path, wheel: Path, tmp_path: Path) -> None:
    (sdist,) = released.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()

    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", tmp_path / "again", "-t", "wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )

    assert contents(tmp_path / "again" / wheel.name) == contents(wheel)


def test_the_command_line_says_that_it_is_an_extra(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python.with_name("shadowtest"), "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("error: the command line needs click, which is not installed")


def test_the_command_line_writes_the_provider_where_no_cdk_is_installed(wheel: Path, tmp_path: Path) -> None:
    without_cdk = frozenset({"aws-cdk-lib", "constructs"})
    python = environment_with(wheel, tmp_path / "environment", extra="cli", without=without_cdk)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    here = Path(sys.executable).with_name("shadowtest")
    subprocess.run([here, "provider-template", "--out", tmp_path / "here"], check=True)

    said = run(python, "-m", "shadowtest", "provider-template", "--out", "provider", folder=folder)

    assert said.splitlines() == ["provider/template.yaml", "provider/function.zip"]
    for name in ("template.yaml", "function.zip"):
        assert (folder / "provider" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    assert not [*(tmp_path / "environment").rglob("aws_cdk")]


def first_app() -> str:
    """The app.py that the README begins with."""
    blocks: list[str] = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    return blocks[0]


def test_the_readmes_first_app_synthesises(python: Path, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(first_app())

    done = subprocess.run(
        [PROJECT / "node_modules" / ".bin" / "cdk", "synth", "--app", f"{python} app.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Type: Custom::SageMakerInferenceExperiment\n" in done.stdout


def test_what_it_needs_is_declared(python: Path) -> None:
    assert "No broken requirements" in pip("check", python=python)


def test_the_asset_is_the_same_from_everywhere(python: Path, tmp_path: Path) -> None:
    here, copy, whole = Path(sys.executable), tmp_path / "checkout", tmp_path / "whole"
    for root in ("constructs", "lambda"):
        shutil.copytree(PROJECT / root, copy / root, ignore=shutil.ignore_patterns("__pycache__"))
    whole.mkdir()
    collect(whole)

    wheel = synthesised(python, tmp_path / "of-wheel")
    # One of them checks its template as a user's app does, which takes ten seconds.
    editable = synthesised(here, tmp_path / "of-editable", CDK_VALIDATION="false")
    before = os.umask(0o077)
    try:
        path = f"{copy / 'constructs'}:{copy / 'lambda'}"
        checkout = synthesised(here, tmp_path / "of-checkout", PYTHONPATH=path, CDK_VALIDATION="false")
    finally:
        os.umask(before)

    assert wheel.package.is_relative_to(python.parents[1])
    assert editable.package.is_relative_to(PROJECT / "constructs")
    assert checkout.package.is_relative_to(copy)
    assert wheel.digest == editable.digest == checkout.digest
    assert wheel.files == editable.files == checkout.files == files_in(whole)


def test_users_apps_are_type_checked_against_it(python: Path, tmp_path: Path) -> None:
    shutil.copy(PROJECT / "app.py", tmp_path / "example.py")
    shutil.copy(WRONG, tmp_path)
    (tmp_path / "first_stack.py").write_text(first_app())

    (installed,) = python.parents[1].glob("lib/python*/site-packages/sagemaker_inference_experiment")
    (tmp_path / "mypy.ini").write_text(strict_reading(cdk_modules_named_in(tmp_path) | cdk_modules_named_in(installed)))

    checker = ["mypy", "--config-file", "mypy.ini", "--cache-dir", str(PROJECT / ".mypy_cache" / "users")]
    done = subprocess.run(
        [sys.executable, "-m", *checker, "--python-executable", str(python), *sorted(tmp_path.glob("*.py"))],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    objections = [line.split(":")[:2] for line in done.stdout.splitlines() if ": error:" in line]
    refused = [number for number, line in enumerate(WRONG.read_text().splitlines(), 1) if line.endswith("# refused")]
    assert objections == [["wrong.py", str(number)] for number in refused], done.stdout + done.stderr
