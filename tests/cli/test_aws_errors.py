"""An error of the connection to AWS is one line that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from inference_experiment_handler.client import TerminalError
from shadowtest.aws.errors import is_denied, words_of
from shadowtest.aws.session import Aws
from tests.support.command_line import CommandLine

COMMAND = Path(sys.executable).with_name("shadowtest")


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            refused("AccessDenied", "me is not authorized to perform: cloudformation:DescribeStacks on resource: x"),
            "IAM does not allow cloudformation:DescribeStacks, which this command needs: ",
        ),
        (refused("AccessDeniedException", "no"), "IAM does not allow DescribeStacks, which this command needs: no"),
        (refused("ExpiredToken", "It has expired"), "the AWS credentials have expired: It has expired"),
        (refused("InvalidClientTokenId", "unknown"), "the AWS credentials are not valid: unknown"),
        (refused("ValidationError", "odd"), "DescribeStacks: odd"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS can't be reached: "),
    ],
)
def test_each_error_says_what_to_do(error: Exception, said: str) -> None:
    assert words_of(error).startswith(said)


def test_an_error_of_the_handlers_client_is_told_by_its_cause() -> None:
    error = TerminalError("ListTags", "denied")
    error.__cause__ = refused("AccessDenied", "not authorized to perform: sagemaker:ListTags")

    assert is_denied(error)
    assert "sagemaker:ListTags" in words_of(error)


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_that_of_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(variable, "eu-west-1")

    assert Aws().region == "eu-west-1"
    assert Aws("us-east-1").region == "us-east-1"


@pytest.mark.parametrize("command", ["status", "drift", "gate", "report", "plan"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "error: there is no region: set AWS_REGION or --region"),
        ({"AWS_REGION": "eu-west-1"}, "error: there are no AWS credentials ("),
        ({"AWS_PROFILE": "nobody"}, "error: The config profile (nobody) could not be found: "),
    ],
)
def test_without_a_way_to_aws_there_is_one_line(
    tmp_path: Path, command: str, changes: dict[str, str], said: str
) -> None:
    (tmp_path / "t.yaml").write_text("Resources: {}\n")
    arguments = ["t.yaml", "--stack", "Shop"] if command == "plan" else ["Shop"]
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "AWS_EC2_METADATA_DISABLED": "true",
        **changes,
    }

    done = subprocess.run(
        [COMMAND, command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["status", "drift", "gate", "report"])
@pytest.mark.parametrize("stack", ["", " "])
def test_an_empty_name_of_a_stack_is_refused(shadowtest: CommandLine, command: str, stack: str) -> None:
    done = shadowtest(command, stack)

    assert (done.code, done.out) == (1, "")
    assert f"{stack!r} must be the name of a stack" in done.err


def test_an_endpoint_that_is_no_url_is_told_in_a_line(shadowtest: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "garbage")
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    done = shadowtest("status")

    assert (done.code, done.out) == (1, "")
    assert done.err == "error: the AWS configuration can't be used: Invalid endpoint: garbage\n"
