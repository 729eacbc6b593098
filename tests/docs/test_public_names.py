"""Everything that users see is exported and documented: each class, method, property and parameter."""

import typing
from collections.abc import Iterator
from typing import Any, cast

import griffe
import pytest

import sagemaker_inference_experiment as package
from tests.support.public_types import types_of_the_package
from tools.api_reference import loaded

PACKAGE = loaded()
CLASSES = [cast("griffe.Class", cast("griffe.Alias", PACKAGE.members[name]).final_target) for name in package.__all__]


def members(cls: griffe.Class) -> Iterator[griffe.Object]:
    """What is public of a class, of its own or from a base class of the package's."""
    for member in cls.all_members.values():
        target = member.final_target if isinstance(member, griffe.Alias) else member
        if not target.name.startswith("_") and not target.is_imported:
            yield target


def told(documented: griffe.Object) -> list[str]:
    """The parameters that a docstring lists."""
    sections = documented.docstring.parse("google") if documented.docstring else []
    lists = [section.value for section in sections if section.kind is griffe.DocstringSectionKind.parameters]
    return [parameter.name.lstrip("*") for parameters in lists for parameter in parameters]


def taken(callable_: griffe.Class | griffe.Function) -> list[str]:
    return [parameter.name for parameter in callable_.parameters if parameter.name not in {"self", "cls"}]


def test_the_names_are_in_order_and_nothing_else_is_there() -> None:
    assert sorted(package.__all__) == package.__all__
    assert {name for name in vars(package) if not name.startswith("_")} == set(package.__all__)
    assert all(cls.is_class for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.name)
def test_each_class_is_documented_with_all_that_it_takes(cls: griffe.Class) -> None:
    assert cls.has_docstring
    # What isn't made by its constructor, but by a method or a factory, doesn't tell of it.
    made = "dataclass" in cls.labels or "scope" in taken(cls)
    assert told(cls) == (taken(cls) if made else [])


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.name)
def test_each_member_is_documented_with_all_that_it_takes(cls: griffe.Class) -> None:
    fields = taken(cls) if "dataclass" in cls.labels else []
    for member in members(cls):
        # A field is among the parameters of its class.
        assert member.has_docstring or member.name in fields, f"{cls.name}.{member.name}"
        if isinstance(member, griffe.Function):
            assert told(member) == taken(member), f"{cls.name}.{member.name}"


@pytest.mark.parametrize("name", package.__all__)
def test_each_type_of_the_packages_own_in_a_public_signature_is_exported(name: str) -> None:
    cls = getattr(package, name)
    public = {value.fget if isinstance(value, property) else getattr(value, "__func__", value) for value in own(cls)}

    for function in filter(callable, public):
        for hint in typing.get_type_hints(function).values():
            for own_type in types_of_the_package(hint):
                # A protocol that isn't exported is met by shape: nobody has to name it.
                structural = getattr(own_type, "_is_protocol", False)
                assert structural or own_type.__name__ in package.__all__, f"{name}: {own_type}"


def own(cls: type) -> Iterator[Any]:
    """What the package puts into a class, its constructor and what is public."""
    for base in cls.__mro__:
        if base.__module__.startswith(package.__name__):
            yield from (value for key, value in vars(base).items() if key == "__init__" or not key.startswith("_"))
