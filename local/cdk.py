"""The real ``cdk`` command line, run against the local AWS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.processes import kill_group
from local.server import PROJECT, LocalAws

_CLI = PROJECT / "node_modules" / ".bin" / "cdk"
_TAIL = 60


class CdkFailed(Exception):  # noqa: N818 (the name says it)
    """A command that ended with an error. The message has the end of the output, and ``output`` has all of it."""

    def __init__(self, command: str, code: int, output: str) -> None:
        tail = "\n".join(output.splitlines()[-_TAIL:])
        super().__init__(f"cdk {command} ended with {code}:\n{tail}")
        self.output = output


class Cdk:
    """One CDK app and the local AWS that it is deployed to.

    ``app`` is the command that synthesizes, or the folder of an existing assembly. The methods return the output of the
    command line. With ``stream``, the output is also shown while the command runs.
    """

    def __init__(self, aws: LocalAws, app: str, *, stream: bool = False) -> None:
        self._aws = aws
        self._app = app
        self._stream = stream

    def bootstrap(self) -> str:
        # In another folder, so that the app in the cdk.json of the project is not used.
        return self._run(self._aws.folder, "bootstrap", f"aws://{self._aws.account}/{self._aws.region}")

    def deploy(
        self,
        stack: str,
        *,
        context: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        concurrency: int = 1,
    ) -> str:
        """``context`` is for the synthesis, and ``parameters`` are those of the template. ``stack`` may be a pattern.
        Of the selected stacks, ``concurrency`` are deployed at the same time.
        """
        given = [setting for item in (parameters or {}).items() for setting in ("--parameters", "=".join(item))]
        asked = ("deploy", stack, "--require-approval", "never", "--concurrency", str(concurrency), *given)
        return self._run(PROJECT, *asked, *self._of_the_app(context))

    def synth(self, *, context: Mapping[str, str] | None = None) -> Path:
        """The folder of the cloud assembly."""
        self._run(PROJECT, "synth", "--quiet", *self._of_the_app(context))
        return self._aws.folder / "cdk.out"

    def diff(self, stack: str) -> str:
        return self._run(PROJECT, "diff", stack, *self._of_the_app(None))

    def destroy(self, stack: str, *, context: Mapping[str, str] | None = None, concurrency: int = 1) -> str:
        asked = ("destroy", stack, "--force", "--concurrency", str(concurrency))
        return self._run(PROJECT, *asked, *self._of_the_app(context))

    def _of_the_app(self, context: Mapping[str, str] | None) -> list[str]:
        settings = [setting for item in (context or {}).items() for setting in ("--context", "=".join(item))]
        output = [] if Path(self._app).is_dir() else ["--output", str(self._aws.folder / "cdk.out")]
        return ["--app", self._app, *output, *settings]

    def _run(self, folder: Path, command: str, *arguments: str) -> str:
        output: list[str] = []
        with subprocess.Popen(
            [_CLI, command, *arguments, "--no-notices", "--no-version-reporting", "--no-color"],
            cwd=folder,
            env=self._aws.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                for line in process.stdout or ():
                    output.append(line)
                    if self._stream:
                        sys.stdout.write(line)
                        sys.stdout.flush()
                process.wait()
            finally:
                # The app and its jsii kernel are children of the command line, and outlive it when it is interrupted.
                kill_group(process.pid)
        if process.returncode:
            raise CdkFailed(command, process.returncode, "".join(output))
        return "".join(output)
