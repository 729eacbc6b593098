"""What the documents name exists: targets of make, files, modules."""

import importlib.util
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
USERS_OWN = {"cdk.context.json", "endpoint.py", "first.py", "requirements.txt", "shadow_test.py", "variants.json"}
FOLDERS = {path.name for path in PROJECT.iterdir() if path.is_dir()} - {".cache"}
NAMES = {
    path.name
    for folder in (
        "cli",
        "constructs",
        "lambda",
        "local",
        "simulation",
        "campaign",
        "bench",
        "tools",
        "tests",
        "docs",
        ".ci",
    )
    for path in (PROJECT / folder).rglob("*")
} | {path.name for path in PROJECT.iterdir()}


def code(document: Path) -> list[str]:
    """What stands between backticks, and the lines of shell blocks without their comments."""
    text = document.read_text()
    shell = [
        line.partition("#")[0]
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.split("\n")
    ]
    return [*shell, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_each_target_of_make_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    for said in code(document):
        for asked in re.findall(r"\bmake ((?:[a-z]+ ?)+)", said):
            assert set(asked.split()) <= targets, said


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_each_file_and_each_module_exists(document: Path) -> None:
    for said in code(document):
        for module in re.findall(r"python -m ([\w.]+)", said):
            assert importlib.util.find_spec(module), said
        for word in said.split():
            if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", word) and word.split("/")[0] in FOLDERS:
                assert (PROJECT / word).exists(), f"{document.name}: {word}"
            elif re.fullmatch(r"[\w.-]+\.(py|md|json|txt|toml|png)", word):
                assert word in NAMES | USERS_OWN, f"{document.name}: {word}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_each_link_leads_somewhere(document: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(#[^):]*)?\)", document.read_text()):
        page = document.parent / target if target else document
        assert page.exists(), f"{document.name}: {target}"
        if anchor:
            assert anchor[1:] in anchors(page), f"{document.name}: {target}{anchor}"


def anchors(page: Path) -> set[str]:
    """As Git hosts make them from headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_a_target_of_make_is_phony_unless_it_is_a_file() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    assert set(phony.split()) == set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
