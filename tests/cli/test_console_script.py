"""The console script in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import experiment, template

SCRIPT = Path(sys.executable).with_name("shadowtest")
BLOCKED = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
sys.argv[:] = ["shadowtest", *sys.argv[2:]]
from shadowtest.entry import main
main()
"""


def run(*command: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)


def test_its_exit_code_says_what_it_found() -> None:
    without_faults = run(SCRIPT, "lint", "-", given=template(experiment()))
    with_faults = run(SCRIPT, "lint", "-", given=template(experiment("Schedule: {Duration: 7d}")))
    without_template = run(SCRIPT, "lint", "missing.yaml")

    assert (without_faults.returncode, with_faults.returncode, without_template.returncode) == (0, 3, 1)
    assert without_template.stderr == "error: missing.yaml does not exist\n"


@pytest.mark.parametrize("command", [("--help",), ("lint", "-"), ("schema",), ("cfn-lint-rules",)])
def test_no_command_imports_cdk(command: tuple[str, ...]) -> None:
    done = run(sys.executable, "-c", BLOCKED, "aws_cdk,jsii", *command, given=template(experiment()))

    assert (done.returncode, done.stderr) == (0, "")


def test_the_provider_needs_neither_cdk_nor_aws(tmp_path: Path) -> None:
    blocked = "aws_cdk,jsii,constructs,boto3,botocore,rich,urllib3,yaml"

    done = run(sys.executable, "-c", BLOCKED, blocked, "provider-template", "--out", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert {file.name for file in tmp_path.iterdir()} == {"template.yaml", "function.zip"}


@pytest.mark.parametrize("library", ["click", "yaml"])
def test_without_its_libraries_it_says_how_to_install_them(library: str) -> None:
    done = run(sys.executable, "-c", BLOCKED, library, "lint", "-")

    assert done.returncode == 1
    assert done.stderr == (
        f"error: the command line needs {library}, which is not installed: "
        "pip install 'sagemaker-inference-experiment[cli]'\n"
    )


def test_checking_imports_nothing_of_aws() -> None:
    done = run(sys.executable, "-c", BLOCKED, "boto3,botocore,rich,urllib3", "lint", "-", given=template(experiment()))

    assert (done.returncode, done.stderr) == (0, "")
