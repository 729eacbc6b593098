"""docs/local.md from its first command to the last: what ``make local`` runs, the ``cdk`` CLI and the commands."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.server import PROJECT

PAGE = PROJECT / "docs" / "local.md"
PATIENCE = 120


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


@dataclass
class Shells:
    """Shells of somebody who has another AWS profile, and a local AWS of their own."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        home = os.environ.get("HOME", "")
        return {"PATH": path, "HOME": home, "AWS_PROFILE": "somebody-elses", "LOCAL_AWS_STATE": str(self.folder)}

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        script = script.replace(".cache/local", str(self.folder))
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def shells(tmp_path: Path) -> Shells:
    return Shells(tmp_path / "state")


@pytest.fixture
def server(shells: Shells) -> Iterator[subprocess.Popen[str]]:
    """What ``make local`` runs."""
    (recipe,) = re.findall(r"^local: .*\n\t\$\(BIN\)/python (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    with subprocess.Popen(
        [sys.executable, *shlex.split(recipe)],
        cwd=PROJECT,
        env=shells.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not (shells.folder / "running.json").exists() and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def test_the_commands_of_the_page_run_one_after_the_other(
    server: subprocess.Popen[str], shells: Shells, tmp_path: Path
) -> None:
    start, source, deploy, steer, stop = blocks("sh")
    assert start == "make local\n"
    (app,) = blocks("python")
    (tmp_path / "first.py").write_text(
        f"from sagemaker_inference_experiment import InferenceExperiment, ModelVariant\n{app}"
    )
    deploy = deploy.replace("first.py", str(tmp_path / "first.py")).replace(
        "--app", f"--output {tmp_path / 'cdk.out'} --app"
    )

    deployed = shells.run(f"{source}{deploy}")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert "Status: Running." in deployed.stdout
    steered = shells.run(f"{source}{steer}")
    assert steered.returncode == 0, steered.stdout + steered.stderr
    assert re.search(r"Model latency, p50 +\d.* ms .* +3\d\.\d ms", steered.stdout)
    assert "Status: Completed" in steered.stdout
    second = shells.run("python -m local")
    assert second.returncode == 1
    assert "a local AWS runs already" in second.stderr
    stopped = shells.run(stop)

    assert stopped.returncode == 0, stopped.stderr
    assert server.wait(PATIENCE) == 0
    assert list(shells.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("now",), "no local AWS runs: start one with 'make local'"),
        (("advance", "7"), "'7' must be a duration such as 30m, 6h or 2d12h"),
        (("traffic", "--requests-per-minute", "6", "--latency", "31"), "'31' must be NAME=NUMBER, such as Shadow=31"),
        (("--speed", "0"), "0.0 is not in the range"),
    ],
)
def test_bad_input_is_told_in_a_line(shells: Shells, arguments: tuple[str, ...], said: str) -> None:
    done = shells.run(shlex.join(("python", "-m", "local", *arguments)))

    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
