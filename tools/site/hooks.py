"""MkDocs hooks: the documents above docs/ are also pages, and scripts come from node_modules."""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT = Path(__file__).parents[2]
PAGES = {name: name.lower() for name in ("CHANGELOG.md", "CONTRIBUTING.md", "README.md")}
SCRIPTS = {
    "@mermaid-js/tiny/dist/mermaid.tiny.js": "assets/mermaid.js",
    "iframe-worker/shim/index.js": "assets/iframe-worker.js",
}


def on_files(files: Files, config: MkDocsConfig) -> None:
    for source, target in PAGES.items():
        files.append(File.generated(config, target, abs_src_path=str(PROJECT / source)))
    for source, target in SCRIPTS.items():
        files.append(File.generated(config, target, abs_src_path=str(PROJECT / "node_modules" / source)))


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Adjusts links, which are written for the repository. In the site, pages from above docs/ are next to those of
    docs/.
    """
    place = page.file.src_uri
    written = next((source for source, target in PAGES.items() if target == place), f"docs/{place}")

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(written), link[1]))
        if target not in PAGES and not target.startswith("docs/"):
            return link[0]
        page = PAGES.get(target, target.removeprefix("docs/"))
        return f"]({posixpath.relpath(page, posixpath.dirname(place) or '.')}"

    return re.sub(r"\]\(([\w./-]+\.\w+)(?=[#)])", moved, markdown)
