"""The checkout of a repository with the README's app, in a pipeline or at a developer's, against the local AWS."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.server import PROJECT, LocalAws

_INSTALLER = """#!/bin/sh
# Everything is installed already.
echo "$(basename "$0") $*" >> {record}
"""
_GH = '''#!{python}
"""GitHub's command line, as far as the workflow uses it. The comments are in a file."""
import json, pathlib, sys
store = pathlib.Path({comments!r})
comments = json.loads(store.read_text())
match sys.argv[1:]:
    case ["api", "repos/shop/ranking/issues/7/comments", "--paginate", "--jq", query]:
        assert query == '.[] | select(.body | startswith("<!-- shadowtest plan")) | .id'
        print(*(each["id"] for each in comments if each["body"].startswith("<!-- shadowtest plan")), sep="\\n")
    case ["api", "--method", "POST", "repos/shop/ranking/issues/7/comments", "-F", "body=@plan.md"]:
        comments.append({{"id": len(comments) + 1, "body": pathlib.Path("plan.md").read_text()}})
    case ["api", "--method", "PATCH", address, "-F", "body=@plan.md"]:
        (comment,) = [each for each in comments if address == f"repos/shop/ranking/issues/comments/{{each['id']}}"]
        comment["body"] = pathlib.Path("plan.md").read_text()
    case other:
        raise SystemExit(f"not known here: gh {{other}}")
store.write_text(json.dumps(comments))
'''


class Machine:
    """What is installed where the checkouts are: the tools of this project, ``gh`` with its comments, and installers.

    ``installed``: what ``pip`` and ``npm`` were asked for.
    """

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws, self._folder, self._checkouts = aws, folder, 0
        self._record, self._comments = folder / "installed", folder / "comments.json"
        self._comments.write_text(json.dumps([{"id": 1, "body": "Looks good."}]))
        tools = folder / "tools"
        tools.mkdir()
        for name, script in {
            "pip": _INSTALLER.format(record=self._record),
            "npm": _INSTALLER.format(record=self._record),
            "gh": _GH.format(python=sys.executable, comments=str(self._comments)),
        }.items():
            (tools / name).write_text(script)
            (tools / name).chmod(0o755)
        path = (str(tools), aws.environment["PATH"], str(PROJECT / "node_modules" / ".bin"))
        self.environment = aws.environment | {"PATH": os.pathsep.join(path)}

    @property
    def installed(self) -> list[str]:
        return self._record.read_text().splitlines() if self._record.exists() else []

    @property
    def comments(self) -> list[str]:
        return [each["body"] for each in json.loads(self._comments.read_text())]

    def checkout(self, app: str, credentials: Mapping[str, str] | None = None) -> "Checkout":
        """``app``: the text of app.py. ``credentials``: of somebody who may not do everything, as variables."""
        self._checkouts += 1
        folder = self._folder / f"checkout-{self._checkouts}"
        folder.mkdir()
        (folder / "app.py").write_text(app)
        (folder / "cdk.json").write_text(json.dumps({"app": "python app.py", "requireApproval": "never"}))
        for name in ("requirements.txt", "package-lock.json"):
            (folder / name).touch()
        (folder / "node_modules").symlink_to(PROJECT / "node_modules")
        return Checkout(folder, {**self.environment, **(credentials or {})})


class Checkout:
    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self._environment = folder, environment

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """As a pipeline does: the first command that fails ends it."""
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env={**self._environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def take(self, other: "Checkout", artifacts: list[str]) -> None:
        """Takes over what another job has left."""
        for each in artifacts:
            source = other.folder / each
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.folder / each)
