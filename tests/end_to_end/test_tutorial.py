"""docs/tutorial.md, from the first command to the last one: as somebody does it in a clone."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.control import ControlClient
from local.server import PROJECT
from tests.support.reader import Reader, blocks

PAGE = PROJECT / "docs" / "tutorial.md"
PATIENCE = 120


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of the repository that is set up, with a ``.cache`` of its own."""
    folder = tmp_path / "clone"
    (folder / ".cache" / "local").mkdir(parents=True)
    for name in ("local", "node_modules", "package.json"):
        (folder / name).symlink_to(PROJECT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def environment(clone: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "CDK_VALIDATION")}
    # Loading a bytecode cache beside what is a link would write into the project.
    return {
        **kept,
        "LOCAL_AWS_STATE": str(clone / ".cache" / "local"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }


@pytest.fixture
def running(clone: Path, environment: dict[str, str]) -> Iterator[ControlClient]:
    """What ``make local`` runs, ten times as fast."""
    noted = clone / ".cache" / "local" / "running.json"
    command = [sys.executable, "-m", "local", "--speed", "600"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not noted.exists() and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.1)
            found = json.loads(noted.read_text())
            yield ControlClient(found["url"], Path(found["authority"]), found["account"], found["region"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def test_the_tutorial_is_true_from_the_first_command_to_the_last(
    clone: Path, environment: dict[str, str], running: ControlClient
) -> None:
    first, *_ = blocks(PAGE, "sh")
    assert first.text == "make local\n"
    reader = Reader(clone, environment)

    for block in blocks(PAGE, "console", "diff", "json", "python"):
        reader.read(block)

    assert reader.ran == len(re.findall(r"^\$ ", PAGE.read_text(), re.MULTILINE))
    assert running.experiments() == []
    served = {each["EndpointName"]: each for each in running.endpoints()}["shop-search"]
    assert [each["VariantName"] for each in served["ProductionVariants"]] == ["Shadow"]
    assert not served.get("ShadowProductionVariants")
