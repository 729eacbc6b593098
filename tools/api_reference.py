"""``python -m tools.api_reference``: docs/api.md, from the docstrings of all that the package exports."""

import re
from pathlib import Path
from typing import cast

import griffe
from griffe2md import ConfigDict, default_config, render_object_docs

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "api.md"
_PACKAGE = "sagemaker_inference_experiment"
_CONFIG: ConfigDict = {**default_config, "members_order": "alphabetical", "show_submodules": False, "line_length": 100}
_HEAD = """\
# API reference

Written by `make docs` from the docstrings. What belongs together is told in the [README](../README.md).

"""


def main() -> None:
    PAGE.write_text(rendered())


def rendered() -> str:
    """The whole page."""
    package = loaded()
    body = render_object_docs(package, _CONFIG).removeprefix(f"## `{_PACKAGE}`\n\n")
    # Headings without the package's name; below the classes, which they belong to says enough.
    body = re.sub(rf"^(#+) `{_PACKAGE}\.(.*)`$", r"\1 `\2`", body, flags=re.MULTILINE)
    body = re.sub(r"^##(#+ )", r"#\1", body, flags=re.MULTILINE)
    headings = {title: _anchor(title) for title in re.findall(r"^#+ `(.*)`$", body, re.MULTILINE)}
    return _HEAD + _linked(body, headings).strip() + "\n"


def loaded() -> griffe.Module:
    loader = griffe.GriffeLoader(
        search_paths=[PROJECT / "constructs"], docstring_parser="google", extensions=griffe.load_extensions()
    )
    package = cast("griffe.Module", loader.load(_PACKAGE))
    loader.resolve_aliases(external=False)
    for name in package.exports or ():
        public = cast("griffe.Alias", package.members[str(name)]).final_target
        if "dataclass" in public.labels:
            # A field is a parameter, and told as such.
            for parameter in cast("griffe.Class", public).parameters:
                public.members.pop(parameter.name, None)
    return package


def _linked(body: str, headings: dict[str, str]) -> str:
    """Links lead to headings of the page, by the anchors that Git hosts give them; what has none is not linked."""

    def link(found: re.Match[str]) -> str:
        text, path = found.groups()
        # Where a name is defined is private; where it is exported is the page's business.
        title = re.sub(rf"^{_PACKAGE}\.(?:[a-z_]\w*\.)*", "", path)
        return f"[{text}](#{headings[title]})" if title in headings else text

    return re.sub(r"\[([\w*]+)\]\(#([\w.]+)\)", link, body)


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")


if __name__ == "__main__":
    main()
