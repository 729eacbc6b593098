"""The command line in this process, and templates as people write them."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest

from shadowtest.commands import run


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class CommandLine:
    """Runs in a folder of its own, in which it also writes templates."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.chdir(folder)
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def __call__(self, *arguments: str, given: bytes = b"") -> Done:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = run(arguments)
        printed = self._capsys.readouterr()
        return Done(code, printed.out, printed.err)

    def lint(self, template: str) -> list[str]:
        """What is found in a template, each with its line."""
        self.write("template.yaml", template)
        done = self("lint", "template.yaml")
        *found, _ = done.lines
        assert (done.code, done.err) == (3 if found else 0, "")
        return [line.removeprefix("template.yaml:") for line in found]


def experiment(changes: str = "", *, without: tuple[str, ...] = (), logical_id: str = "ShadowTest") -> str:
    """A resource with the least that has to be declared, and the changes behind it."""
    least = {
        "ServiceToken": "!ImportValue ShadowTestProvider",
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker-execution",
        "EndpointName": "shop-ranking",
        "ModelVariants": "[{ModelName: ranking-2025}]",
        "ShadowModeConfig": "{ShadowModelVariants: [{SamplingPercentage: 10}]}",
    }
    properties = "".join(f"{key}: {value}\n" for key, value in least.items() if key not in without)
    changed = f"{properties}{dedent(changes).strip()}".strip()
    head = f"  {logical_id}:\n    Type: Custom::SageMakerInferenceExperiment\n    Properties:\n"
    return head + indent(f"{changed}\n", " " * 6)


def template(*resources: str, rest: str = "") -> str:
    """Of the first resource ``Properties`` is line 4, and the first change line 10."""
    return "Resources:\n" + "".join(resources) + dedent(rest).lstrip()
