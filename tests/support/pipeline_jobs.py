"""The jobs of docs/pipelines.md, run as their services run them."""

import re
from collections.abc import Mapping
from typing import Any

from tests.support.checkout import Checkout

_HOSTED = {"actions/checkout", "aws-actions/configure-aws-credentials"}
"""What the checkout and its environment stand for."""
_FACTS = {"github.token": "token", "github.event.pull_request.number": "7"}
_SUCCESS, _PLANNED = "success()", "always() && hashFiles('plan.md') != ''"


def run_workflow(job: Mapping[str, Any], checkout: Checkout) -> tuple[bool, str]:
    """A job of GitHub's: whether it succeeds, and what its steps said."""
    succeeds, said = True, ""
    for step in job["steps"]:
        if "uses" in step:
            assert step["uses"].partition("@")[0] in _HOSTED
            continue
        conditions = {_SUCCESS: succeeds, _PLANNED: (checkout.folder / "plan.md").exists()}
        if not conditions[step.get("if", _SUCCESS)]:
            continue
        variables = {name: _filled(value) for name, value in step.get("env", {}).items()}
        done = checkout.run(step["run"], GITHUB_REPOSITORY="shop/ranking", **variables)
        succeeds, said = succeeds and done.returncode == 0, said + done.stdout + done.stderr
    return succeeds, said


def _filled(text: str) -> str:
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda expression: _FACTS[expression[1]], text)


def run_build(specification: Mapping[str, Any], checkout: Checkout, **variables: str) -> tuple[bool, str]:
    """A build of CodeBuild's, likewise. What its artifacts name has to be there."""
    phases = [specification["phases"].get(name, {"commands": []}) for name in ("install", "build")]
    done = checkout.run("\n".join(command for phase in phases for command in phase["commands"]), **variables)
    artifacts = specification.get("artifacts", {})
    files = artifacts.get("files", [])
    for pattern in [files] if isinstance(files, str) else files:
        assert any((checkout.folder / artifacts.get("base-directory", ".")).glob(pattern)), done.stdout + done.stderr
    return done.returncode == 0, done.stdout + done.stderr
