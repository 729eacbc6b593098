"""docs/local.md from its first command to the last: what ``make local`` runs, the ``cdk`` CLI and the commands."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
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
        """Without a virtual environment: the page has it activated."""
        here = str(Path(sys.executable).parent)
        path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != here)
        home = os.environ.get("HOME", "")
        state = {"LOCAL_AWS_STATE": str(self.folder), "CDK_VALIDATION": os.environ["CDK_VALIDATION"]}
        return {"PATH": path, "HOME": home, "AWS_PROFILE": "somebody-elses", **state}

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        activate = str(Path(sys.executable).parent / "activate")
        script = script.replace(".cache/local", str(self.folder)).replace(".venv/bin/activate", activate)
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def python(self, arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(f"{shlex.quote(sys.executable)} {arguments}")


def running_in(shells: Shells) -> dict[str, str]:
    noted: dict[str, str] = json.loads((shells.folder / "running.json").read_text())
    return noted


@pytest.fixture
def shells(tmp_path: Path) -> Shells:
    return Shells(tmp_path / "state")


@pytest.fixture
def server(shells: Shells) -> Iterator[subprocess.Popen[str]]:
    """What ``make local`` runs."""
    (recipe,) = re.findall(r"^local: .*\n\t\$\(BIN\)/python (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    with serving(shells, recipe) as process:
        yield process


@contextmanager
def serving(shells: Shells, arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *shlex.split(arguments)],
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
    second = shells.run(f"{source}python -m local")
    assert second.returncode == 1
    assert "a local AWS is already running" in second.stderr
    stopped = shells.run(f"{source}{stop}")

    assert stopped.returncode == 0, stopped.stderr
    assert server.wait(PATIENCE) == 0
    assert list(shells.folder.iterdir()) == []


def test_an_app_is_deployed_from_its_own_folder_to_the_account_that_it_names(shells: Shells, tmp_path: Path) -> None:
    (arguments,) = re.findall(r"`python (-m local\s--account (?:\d+)\s--region (?:[a-z0-9-]+))`", PAGE.read_text())
    account, region = re.findall(r"--account (\d+)\s--region (\S+)", arguments)[0]
    (app,) = blocks("python")
    folder = tmp_path / "app"
    folder.mkdir()
    named = f'Stack(app, "RankingShadowTest", env={{"account": "{account}", "region": "{region}"}})'
    app = app.replace('Stack(app, "RankingShadowTest")', named)
    assert named in app
    (folder / "app.py").write_text(
        f"from sagemaker_inference_experiment import InferenceExperiment, ModelVariant\n{app}"
    )
    (folder / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    cdk = PROJECT / "node_modules" / ".bin" / "cdk"

    with serving(shells, arguments):
        deployed = shells.run(
            f"cd {folder}; source {shells.folder}/env.sh\n{cdk} bootstrap\n{cdk} deploy --require-approval never"
        )

    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert f"arn:aws:cloudformation:{region}:{account}:stack/RankingShadowTest/" in deployed.stdout + deployed.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_whichever_signal_ends_it(
    server: subprocess.Popen[str], shells: Shells, number: signal.Signals
) -> None:
    folder = Path(running_in(shells)["authority"]).parent
    (child,) = psutil.Process(server.pid).children()
    server.send_signal(number)

    assert server.wait(PATIENCE) == 0
    assert list(shells.folder.iterdir()) == []
    assert not folder.exists()
    assert not child.is_running()


def test_it_ends_when_its_server_has_ended(server: subprocess.Popen[str], shells: Shells) -> None:
    (child,) = psutil.Process(server.pid).children()
    child.kill()

    assert server.wait(PATIENCE) == 1
    assert list(shells.folder.iterdir()) == []


def test_what_it_can_not_do_leaves_it_as_it_is(server: subprocess.Popen[str], shells: Shells) -> None:
    for arguments, said in (
        ("advance 366d", "'366d' must be at most 365d at a time"),
        ("advance 999999999d", "'999999999d' must be at most 365d at a time"),
        ("traffic --requests-per-minute nan", "out of range: requests_per_minute"),
        ("traffic --requests-per-minute inf", "out of range: requests_per_minute"),
        ("traffic --requests-per-minute 6 --latency Shadow=nan", "out of range: latency_ms"),
        ("traffic --requests-per-minute 6 --errors Shadow=2", "out of range: errors_5xx"),
    ):
        refused = shells.python(f"-m local {arguments}")
        assert refused.returncode == 2
        assert said in refused.stderr
        assert "Traceback" not in refused.stderr

    advanced = shells.python("-m local advance 365d")
    assert advanced.returncode == 0, advanced.stderr
    assert server.poll() is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("now",), "no local AWS is running: start one with 'make local'"),
        (("advance", "7"), "'7' must be a duration such as 30m, 6h or 2d12h"),
        (("traffic", "--requests-per-minute", "6", "--latency", "31"), "'31' must be NAME=NUMBER, such as Shadow=31"),
        (("advance", "9999999999d"), "must be a duration"),
        (("--speed", "0"), "0.0 is not in the range"),
        (("--speed", "nan"), "--speed nan must be a finite number"),
        (("--account", "abc"), "--account 'abc' must be twelve digits"),
        (("--region", "moon"), "--region 'moon' is not a region"),
    ],
)
def test_bad_input_is_told_in_a_line(shells: Shells, arguments: tuple[str, ...], said: str) -> None:
    done = shells.python(shlex.join(("-m", "local", *arguments)))

    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
