"""A clean environment: a wheel installed by pip, what its metadata declares, and nothing else."""

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def environment_with(wheel: Path, folder: Path, *, extra: str = "", without: frozenset[str] = frozenset()) -> Path:
    """The interpreter of a new virtual environment with the wheel in it.

    What it depends on is linked from the environment that runs here, distribution by distribution, as the metadata
    declares it: fetching some 400 MB would show no more. ``without``: distributions that are left out all the same.
    """
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip("install", "--no-deps", "--no-index", str(wheel), python=python)
    (packages,) = folder.glob("lib/python*/site-packages")
    (metadata,) = packages.glob("sagemaker_inference_experiment-*.dist-info")
    for requirement in PathDistribution(metadata).requires or ():
        _link(Requirement(requirement), packages, set(without), extra)
    return python


def pip(*arguments: str, python: Path) -> str:
    command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(python: Path, *arguments: str, folder: Path, **variables: str) -> str:
    """Runs it as a user outside of the repository does: nothing of this process's environment but the path."""
    silent = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20", "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(Path.home()), **silent, **variables}
    done = subprocess.run(
        [python, *arguments], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _link(requirement: Requirement, packages: Path, seen: set[str], extra: str = "") -> None:
    if requirement.name in seen or (requirement.marker and not requirement.marker.evaluate({"extra": extra})):
        return
    seen.add(requirement.name)
    dependency = distribution(requirement.name)
    for name in {file.parts[0] for file in dependency.files or ()} - {"..", "__pycache__"}:
        if not (packages / name).exists():
            (packages / name).symlink_to(Path(str(dependency.locate_file(name))))
    for further in dependency.requires or ():
        _link(Requirement(further), packages, seen)
