"""The page about the design names the existing packages, in the order of their layers."""

import re
import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
DESIGN = (PROJECT / "docs" / "design.md").read_text()
OUTSIDE = {"CDK", "CFN", "CloudWatch", "SageMaker"}


def packages() -> list[str]:
    """The handler's, from the one that imports the others to the one that imports none of them."""
    settings: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    return [package for layer in layers for package in layer.split(" | ")]


def test_the_table_has_every_package_from_top_to_bottom() -> None:
    table = DESIGN.partition("## The packages of the handler")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == packages()


def test_the_diagram_shows_packages_and_what_is_around_them() -> None:
    diagram = DESIGN.partition("```mermaid\n")[2].partition("```")[0]
    nodes = {
        node
        for line in diagram.splitlines()
        if "-->" in line or "-.->" in line
        for node in re.findall(r"(?:^|> ?|\| )\s*(\w+)", re.sub(r'\["[^"]*"\]|\|[^|]*\|', "", line).strip())
    }

    # The entry does nothing but call `runtime`.
    assert nodes == {*packages(), *OUTSIDE} - {"index"}
