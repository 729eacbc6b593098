"""``python -m tools.api_reference``: writes docs/api.md from the docstrings of everything that the package exports."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import griffe

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "api.md"
PARTS = {
    "The construct": (
        "InferenceExperiment",
        "IInferenceExperiment",
        "InferenceExperimentGrants",
        "InvalidExperimentError",
    ),
    "Value objects": (
        "ModelVariant",
        "Schedule",
        "DataCapture",
        "Conclusion",
        "Gate",
        "Criterion",
        "OnDelete",
        "VariantAction",
        "DesiredState",
        "WaitFor",
    ),
    "Watching a test": (
        "ExperimentVariant",
        "VariantComparison",
        "ShadowTestDashboard",
        "MetricOptions",
        "ExpressionOptions",
        "AlarmOptions",
    ),
    "The provider": ("InferenceExperimentProvider", "ProviderOptions", "LogLevel"),
}
_PACKAGE = "sagemaker_inference_experiment"
_PUBLIC = {name for names in PARTS.values() for name in names}
_HEAD = "# API reference\n\n<!-- Written by `make docs` from the docstrings. -->"


def main() -> None:
    PAGE.write_text(rendered())


def rendered() -> str:
    """The whole page."""
    package = loaded()
    classes = {name: cast("griffe.Class", package.members[name].final_target) for name in _PUBLIC}  # type: ignore[union-attr]
    blocks = [_HEAD, *_texts(package)]
    for part, names in PARTS.items():
        rows = [(f"[`{name}`](#{name.lower()})", _summary(classes[name])) for name in names]
        blocks += [f"**{part}**", _table(("class", "meaning"), rows)]
    for part, names in PARTS.items():
        blocks += [f"## {part}"]
        for name in names:
            blocks += _class(classes[name])
    return "\n\n".join(blocks) + "\n"


def loaded() -> griffe.Module:
    loader = griffe.GriffeLoader(
        search_paths=[PROJECT / "constructs"], docstring_parser="google", extensions=griffe.load_extensions()
    )
    package = cast("griffe.Module", loader.load(_PACKAGE))
    loader.resolve_aliases(external=False)
    for name in package.exports or ():
        public = cast("griffe.Alias", package.members[str(name)]).final_target
        if "dataclass" in public.labels:
            # A field is listed as a parameter.
            for parameter in cast("griffe.Class", public).parameters:
                public.members.pop(parameter.name, None)
    return package


def _class(cls: griffe.Class) -> Iterator[str]:
    members = list(_members(cls))
    attributes = [member for member in members if isinstance(member, griffe.Attribute)]
    bases = [str(base) for base in cls.bases]
    yield f"### `{cls.name}`"
    if "TypedDict" in bases:
        yield from _texts(cls)
        yield _table(("key", "type", "meaning"), [_row(each) for each in attributes])
        return
    if "StrEnum" in bases:
        yield from _texts(cls)
        yield _table(
            ("member", "value", "meaning"), [(f"`{each.name}`", f"`{each.value}`", _told(each)) for each in attributes]
        )
        return
    if _parameters(cls):
        yield _signature(cls.name, cls.parameters)
    yield from _texts(cls)
    yield from _details(cls)
    for base in _PUBLIC.intersection(bases):
        yield f"It also has the properties and methods of {_type(base)}."
    if attributes:
        yield _table(("property", "type", "meaning"), [_row(each) for each in attributes])
    for member in members:
        if isinstance(member, griffe.Function):
            yield f"#### `{cls.name}.{member.name}`"
            bound = "classmethod" not in member.labels
            yield _signature(member.name if bound else f"{cls.name}.{member.name}", member.parameters)
            yield from _texts(member)
            yield from _details(member)


def _members(cls: griffe.Class) -> Iterator[griffe.Object]:
    """The public members of a class, in the order of the source, without those inherited from a public base."""
    inherited = {name for base in cls.resolved_bases if base.name in _PUBLIC for name in base.all_members}
    for name, member in {**cls.inherited_members, **cls.members}.items():
        target = member.final_target if isinstance(member, griffe.Alias) else member
        if not name.startswith("_") and name not in inherited and not target.is_imported:
            yield target


def _texts(documented: griffe.Object) -> Iterator[str]:
    return (str(section.value) for section in _sections(documented, griffe.DocstringSectionKind.text))


def _details(documented: griffe.Class | griffe.Function) -> Iterator[str]:
    """A callable's parameters and errors."""
    types = {parameter.name: parameter.annotation for parameter in documented.parameters}
    rows = [
        (f"`{each.name}`", _type(types[each.name.lstrip("*")]), _line(each.description))
        for section in _sections(documented, griffe.DocstringSectionKind.parameters)
        for each in section.value
    ]
    if rows:
        yield _table(("parameter", "type", "meaning"), rows)
    if errors := _errors(documented):
        yield errors


def _row(attribute: griffe.Attribute) -> tuple[str, str, str]:
    return f"`{attribute.name}`", _type(attribute.annotation), f"{_told(attribute)} {_errors(attribute)}".strip()


def _told(documented: griffe.Object) -> str:
    return _line(" ".join(_texts(documented)))


def _summary(cls: griffe.Class) -> str:
    return _line(next(_texts(cls)).split("\n\n")[0])


def _errors(documented: griffe.Object) -> str:
    return " ".join(
        f"Raises {_type(each.annotation)}: {_line(each.description)}"
        for section in _sections(documented, griffe.DocstringSectionKind.raises)
        for each in section.value
    )


def _sections(documented: griffe.Object, kind: griffe.DocstringSectionKind) -> Iterator[griffe.DocstringSection]:
    sections = documented.docstring.parse("google") if documented.docstring else []
    return (section for section in sections if section.kind is kind)


def _signature(name: str, parameters: griffe.Parameters) -> str:
    arguments: list[str] = []
    for parameter in _parameters_of(parameters):
        if parameter.kind is griffe.ParameterKind.keyword_only and "*" not in arguments:
            arguments.append("*")
        star = "**" if parameter.kind is griffe.ParameterKind.var_keyword else ""
        default = "" if star or parameter.default is None else f"={parameter.default}"
        arguments.append(f"{star}{parameter.name}{default}")
    line = f"{name}({', '.join(arguments)})"
    if len(line) > 100:
        line = f"{name}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"
    return f"```python\n{line}\n```"


def _parameters(cls: griffe.Class) -> list[griffe.Parameter]:
    """The parameters of a class, if its docstring has them. A class whose objects come from a method or a factory has
    none.
    """
    return _parameters_of(cls.parameters) if any(_sections(cls, griffe.DocstringSectionKind.parameters)) else []


def _parameters_of(parameters: Iterable[griffe.Parameter]) -> list[griffe.Parameter]:
    return [parameter for parameter in parameters if parameter.name not in {"self", "cls"}]


def _type(annotation: object) -> str:
    """A type, in which the names of public classes link to their sections."""
    text = re.sub(r"^Unpack\[(.*)\]$", r"\1", str(annotation)).replace("|", r"\|")
    linked = re.sub(r"(?:\w+\.)*(\w+)", _linked, text)
    return f"<code>{linked}</code>"


def _linked(name: re.Match[str]) -> str:
    return f"[{name[1]}](#{name[1].lower()})" if name[1] in _PUBLIC else name[1]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _line(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


if __name__ == "__main__":
    main()
