"""``LocalAws`` as a process: what it inherits, what it leaves, and how it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.server import PROJECT, LocalAws, LocalAwsFailed, _free_port


def gone(pid: int | str) -> bool:
    """Whether a process has ended; one that only waits to be collected has."""
    try:
        return bool(psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def process_of(aws: LocalAws) -> int:
    assert aws._process is not None
    return aws._process.pid


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_nothing_of_the_users_own_settings_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL_S3", "PERSIST_STATE"):
        monkeypatch.setenv(name, "the user's own")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("SSL_CERT_FILE", "/elsewhere.pem")
    with LocalAws() as aws:
        told = aws.environment
        assert "the user's own" not in told.values()
        assert told["AWS_ACCESS_KEY_ID"] == aws.account
        assert told["SSL_CERT_FILE"].startswith(str(aws.folder))
        assert "AWS_PROFILE" not in aws.exports.replace("unset AWS_PROFILE", "")
        assert f"export AWS_ENDPOINT_URL={aws.url}" in aws.exports
        identity = aws.session().client("sts").get_caller_identity()
        assert identity["Account"] == aws.account
        given = aws._server_environment(1)
        assert not {"the user's own", "AKIAREAL"} & set(given.values())
        assert not [name for name in given if name.startswith("AWS_ENDPOINT_URL")]


def test_two_can_run_side_by_side(aws: LocalAws) -> None:
    with LocalAws() as other:
        assert other.url != aws.url
        assert other.folder != aws.folder


def test_only_the_loopback_is_served(aws: LocalAws) -> None:
    port = int(aws.url.rpartition(":")[2])
    connections = psutil.Process(process_of(aws)).net_connections()
    assert {each.laddr for each in connections if each.status == psutil.CONN_LISTEN} == {("127.0.0.1", port)}


def test_a_pending_custom_resource_does_not_keep_the_server() -> None:
    with LocalAws() as aws:
        worker = make_sleeper(aws)
        server, folder = process_of(aws), aws.folder
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert gone(server)
    assert eventually(lambda: gone(worker))
    assert not folder.exists()


def make_sleeper(aws: LocalAws) -> int:
    """Leave a custom resource pending, whose function sleeps for an hour; the worker's process id."""
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("index.py", SLEEPER)
    session = aws.session()
    trust = {"Version": "2012-10-17", "Statement": []}
    session.client("iam").create_role(RoleName="sleeper", AssumeRolePolicyDocument=json.dumps(trust))
    created = session.client("lambda").create_function(
        FunctionName="sleeper",
        Runtime="python3.12",
        Handler="index.handler",
        Timeout=900,
        Role=f"arn:aws:iam::{aws.account}:role/sleeper",
        Code={"ZipFile": zipped.getvalue()},
    )
    note = aws.folder / "worker"
    properties = {"ServiceToken": created["FunctionArn"], "Note": str(note)}
    template = {"Resources": {"A": {"Type": "Custom::Sleeper", "Properties": properties}}}
    session.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(template))
    assert eventually(note.exists)
    return int(note.read_text())


SLEEPER = """
import os, pathlib, time
def handler(event, _):
    note = pathlib.Path(event["ResourceProperties"]["Note"])
    note.with_suffix(".new").write_text(str(os.getpid()))
    note.with_suffix(".new").rename(note)
    time.sleep(3600)
"""


def test_the_server_ends_with_a_parent_that_was_killed() -> None:
    script = (
        "import time; from local.server import LocalAws\n"
        "with LocalAws() as aws: print(aws._process.pid, aws.folder, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server, folder = parent.stdout.readline().split()
    assert not gone(server)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: gone(server))
    assert not Path(folder).exists()


def test_in_the_foreground_until_it_is_interrupted(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "--account", "111111111111", "--region", "eu-central-1"]
    environment = {**os.environ, "LOCAL_AWS_STATE": str(tmp_path)}
    foreground = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert foreground.stdout is not None
    told = {}
    for line in foreground.stdout:
        if not line.strip():
            break
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            told[name] = value
    assert told["AWS_ACCESS_KEY_ID"] == "111111111111"
    assert told["AWS_REGION"] == "eu-central-1"
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    asked = subprocess.run(
        [sys.executable, "-c", ask], env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == "111111111111"
    foreground.send_signal(signal.SIGINT)
    _, said = foreground.communicate(timeout=10)
    assert foreground.returncode == 0
    assert "Traceback" not in said
    assert not Path(told["SSL_CERT_FILE"]).exists()


def test_another_port_is_taken_if_the_free_one_is_no_longer_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = other.getsockname()[1], _free_port()
        ports = iter([taken, free])
        monkeypatch.setattr("local.server._free_port", lambda: next(ports))

        with LocalAws() as aws:
            assert aws.url == f"https://localhost:{free}"
            assert aws.session().client("sts").get_caller_identity()["Account"] == aws.account


def test_a_server_that_does_not_come_up_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("local.server._free_port", lambda: 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("local.server.PROJECT", tmp_path)
    with pytest.raises(LocalAwsFailed, match="No module named"), LocalAws():
        pass
    assert list(tmp_path.iterdir()) == []
