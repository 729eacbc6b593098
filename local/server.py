"""``LocalAws``: the local AWS as a separate process, for the duration of a ``with`` block."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from local.certificate import Certificate, make_certificate
from local.control import ControlClient
from local.processes import kill_group
from local.sessions import LocalSession, isolated_session

PROJECT = Path(__file__).resolve().parent.parent

_KEPT = ("CDK_VALIDATION", "HOME", "LANG", "LC_ALL", "LOGNAME", "NODE_PATH", "PATH", "TERM", "TZ", "USER")
_GRACE = 3.0
_PATIENCE = 30.0
_PORTS = 3
_TAKEN = "is already in use"
_SECRET = "test"  # noqa: S105 (MiniStack's own for account keys; it checks nothing)


class LocalAwsFailed(Exception):  # noqa: N818 (the name says it)
    """The server did not start, or ended by itself. The message has the end of its log."""


class LocalAws:
    """A local AWS on a free port of the loopback interface, with its own, empty account.

    ::

        with LocalAws(speed=60) as aws:
            aws.session().client("cloudformation").create_stack(...)
            subprocess.run(["cdk", "deploy"], env=aws.environment)
            aws.control.advance(timedelta(days=7))

    ``speed``: how many times faster than in reality SageMaker's transitions are.
    """

    account: str
    region: str
    folder: Path
    url: str
    control: ControlClient

    def __init__(self, *, speed: float = 60.0, account: str = "123456789012", region: str = "us-east-1") -> None:
        self.speed = speed
        self.account = account
        self.region = region
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="local-aws-")).resolve()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log_path(self) -> Path:
        return self.folder / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a client: credentials, endpoint and certificate are those of the local AWS only."""
        return {
            **self._clean_environment(),
            # The command of an app is usually plain "python", which must be the current one.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
            "CDK_DEFAULT_ACCOUNT": self.account,
            "CDK_DEFAULT_REGION": self.region,
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "CDK_HOME": str(self.folder / "cdk"),
            "CI": "1",
            "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            "NODE_EXTRA_CA_CERTS": str(self._certificate.authority),
        }

    @property
    def exports(self) -> str:
        """The lines that configure a shell for this server."""
        told = self.environment
        names = [name for name in sorted(told) if name.startswith(("AWS_", "NODE_EXTRA", "SSL_", "REQUESTS_"))]
        # The user's own profile or session would override the local credentials.
        return "\n".join(
            ["unset AWS_PROFILE AWS_SESSION_TOKEN", *(f"export {name}={shlex.quote(told[name])}" for name in names)]
        )

    def session(self, *, access_key: str | None = None, secret: str = _SECRET) -> LocalSession:
        """A session of the account's root user, or of the owner of the credentials."""
        session = isolated_session(access_key or self.account, secret, region=self.region)
        return LocalSession(session, self.url, str(self._certificate.authority))

    def check_that_it_runs(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            raise LocalAwsFailed(f"the local AWS has ended by itself:\n{self._end_of_the_log()}")

    def stop(self) -> None:
        """Ends the server and what it started, by process ID, and removes its folder."""
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                pass
            finally:
                # The server leads a process group, in which its Lambda workers are.
                kill_group(process.pid)
                process.wait()
                if process.stdin:
                    process.stdin.close()

    def _start(self) -> None:
        for name in ("state", "s3", "tmp", "cdk"):
            (self.folder / name).mkdir()
        self._certificate: Certificate = make_certificate(self.folder)
        for _ in range(_PORTS - 1):
            try:
                return self._serve(_free_port())
            except LocalAwsFailed as failed:
                # Another process may take the free port before the server does.
                if _TAKEN not in str(failed):
                    raise
                self._end()
        return self._serve(_free_port())

    def _serve(self, port: int) -> None:
        self.url = f"https://localhost:{port}"
        self.control = ControlClient(self.url, self._certificate.authority, self.account, self.region)
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.ministack"],
                cwd=PROJECT,
                env=self._server_environment(port),
                stdin=subprocess.PIPE,  # the server ends when this pipe ends with the process
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is only for this process, which then ends the server
            )
        self._wait_until_healthy(self._process)

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        tls = ssl.create_default_context(cafile=str(self._certificate.authority))
        deadline = time.monotonic() + _PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            try:
                with urlopen(f"{self.url}/_local/clock", context=tls, timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise LocalAwsFailed(f"the local AWS did not start:\n{self._end_of_the_log()}")

    def _end_of_the_log(self) -> str:
        return self.log_path.read_text()[-4000:] if self.log_path.exists() else ""

    def _clean_environment(self) -> dict[str, str]:
        """The common environment of clients and server, without the user's own AWS settings."""
        authority = str(self._certificate.authority)
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "AWS_CA_BUNDLE": authority,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": self.region,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "PYTHONDONTWRITEBYTECODE": "1",
            "REQUESTS_CA_BUNDLE": authority,
            "SSL_CERT_FILE": authority,
            "TMPDIR": str(self.folder / "tmp"),
        }

    def _server_environment(self, port: int) -> dict[str, str]:
        # Without AWS_ENDPOINT_URL, because MiniStack sets its own for its Lambda functions.
        return {
            **self._clean_environment(),
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LOCAL_AWS_FOLDER": str(self.folder),
            "LOCAL_AWS_SPEED": str(self.speed),
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": self.region,
            "MINISTACK_SSL_CERT": str(self._certificate.certificate),
            "MINISTACK_SSL_KEY": str(self._certificate.key),
            "S3_DATA_DIR": str(self.folder / "s3"),
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self.folder / "state"),
            "USE_SSL": "1",
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
