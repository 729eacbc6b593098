"""The documents as a site: built strictly, and opened in a real browser, from the disk and without a network."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import looked

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A strict build: it fails for a broken link or anchor, and for a page that is missing from the navigation."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def told(site: Path) -> dict[str, Any]:
    """What the browser tells. Its screenshot of the first page is kept in .cache/artefacts."""
    return looked(Path(__file__).with_name("look_at_site.mjs"), site, "site")


def test_everything_is_loaded_from_the_site(site: Path, told: dict[str, Any]) -> None:
    assert told["complaints"] == []
    elsewhere = [each for each in told["requested"] if not each.startswith((site.as_uri(), "data:"))]
    assert elsewhere == []
    assert f"{site.as_uri()}/assets/iframe-worker.js" in told["requested"]


def test_the_pages_show_what_is_written(told: dict[str, Any]) -> None:
    for page, headings in told["pages"].items():
        written = (PROJECT / "docs" / page).with_suffix(".md").read_text()
        assert headings == [each.replace("`", "") for each in re.findall(r"^##? (.*)$", written, re.MULTILINE)]


def test_the_search_finds_the_page_on_a_promotion(told: dict[str, Any]) -> None:
    assert any("ending.html" in each for each in told["found"])


def test_the_diagram_is_drawn(told: dict[str, Any]) -> None:
    assert told["diagram"]["height"] > 100


def test_markdown_that_git_hosts_read_otherwise_is_not_left_as_text(site: Path) -> None:
    """A list or a table needs a blank line before it, and nested blocks four spaces."""
    for page in site.rglob("*.html"):
        paragraphs = re.findall(r"<p>(.*?)</p>", page.read_text(), re.DOTALL)
        assert [each for each in paragraphs if re.search(r"^(- |\| |```|\d+\. )", each, re.MULTILINE)] == [], page.name
