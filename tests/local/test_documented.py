"""docs/local.md from its first command to the last: what ``make local`` runs, the ``cdk`` CLI and the commands."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import running
from local.server import PROJECT

PAGE = PROJECT / "docs" / "local.md"
PATIENCE = 120


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """What ``make local`` runs."""
    (recipe,) = re.findall(r"^local: .*\n\t\$\(BIN\)/python (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    with subprocess.Popen(
        [sys.executable, *shlex.split(recipe)], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while running.running() is None and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def shell(script: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": os.environ.get("HOME", ""), "AWS_PROFILE": "somebody-elses"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_commands_of_the_page_run_one_after_the_other(server: subprocess.Popen[str], tmp_path: Path) -> None:
    start, source, deploy, steer, stop = blocks("sh")
    assert start == "make local\n"
    (app,) = blocks("python")
    (tmp_path / "first.py").write_text(
        f"from sagemaker_inference_experiment import InferenceExperiment, ModelVariant\n{app}"
    )
    deploy = deploy.replace("first.py", str(tmp_path / "first.py")).replace(
        "--app", f"--output {tmp_path / 'cdk.out'} --app"
    )

    deployed = shell(f"{source}{deploy}")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert "Status: Running." in deployed.stdout
    steered = shell(f"{source}{steer}")
    assert steered.returncode == 0, steered.stdout + steered.stderr
    assert re.search(r"Model latency, p50 +\d.* ms .* +3\d\.\d ms", steered.stdout)
    assert "Status: Completed" in steered.stdout
    stopped = shell(stop)

    assert stopped.returncode == 0, stopped.stderr
    assert server.wait(PATIENCE) == 0
    assert running.running() is None
    assert not running.ENVIRONMENT.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("now",), "no local AWS runs: start one with 'make local'"),
        (("advance", "7"), "'7' must be a duration such as 30m, 6h or 2d12h"),
        (("traffic", "--requests-per-minute", "6", "--latency", "31"), "'31' must be NAME=NUMBER, such as Shadow=31"),
        (("--speed", "0"), "0.0 is not in the range"),
    ],
)
def test_bad_input_is_told_in_a_line(arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
