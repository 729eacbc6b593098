"""Macros. CloudFormation expands them before it deploys a template, so the template does not show their result."""

from collections.abc import Iterator, Mapping
from typing import Any

from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.templates.sections import section

_EXTENSIONS = "AWS::LanguageExtensions"
_LOOP = "Fn::ForEach"
_TRANSFORM = "Fn::Transform"
_KEEP_EXPERIMENTS = frozenset(
    {
        _EXTENSIONS,
        "AWS::CodeDeployBlueGreen",
        "AWS::SecretsManager-2020-07-23",
        "AWS::SecretsManager-2024-09-16",
        "AWS::Serverless-2016-10-31",
    }
)
"""The transforms of a whole template that neither create nor change a shadow test. A loop is found by its own key."""
_ARGUMENTS_OF_LOOP = 3


def is_macro(key: str) -> bool:
    """Whether a key in a map calls a macro on this map."""
    return key == _TRANSFORM or key.startswith(_LOOP)


def may_make_experiments(key: str, value: Any) -> bool:
    """Whether this entry of ``Resources`` is a macro that may create a shadow test."""
    if not key.startswith("Fn::"):
        return False
    return not key.startswith(_LOOP) or _loop_may_make_experiments(value)


def making_experiments(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The macros that may create shadow tests, each with the key under which the template has it.

    The key is ``Transform``, or one of ``Resources``.
    """
    of_all = _changing_all(template)
    if of_all is not None:
        yield "Transform", of_all
    for key, each in section(template, "Resources").items():
        if may_make_experiments(key, each):
            yield key, key
        elif isinstance(each, Mapping) and "Type" not in each:
            yield from ((key, macro) for macro in each if is_macro(macro))


def macro_behind(template: Mapping[str, Any], logical_id: str) -> str | None:
    """The macro that may change this resource, or create it if it is not in the template. Otherwise ``None``."""
    of_all = _changing_all(template)
    if of_all is not None:
        return of_all
    resources = section(template, "Resources")
    if logical_id not in resources:
        return next((key for key, each in resources.items() if may_make_experiments(key, each)), None)
    if _TRANSFORM in resources and not _only_adds(resources[_TRANSFORM]):
        return _TRANSFORM
    resource = resources[logical_id]
    return next(filter(is_macro, resource), None) if isinstance(resource, Mapping) else None


def in_words(macro: str) -> str:
    """Why something is not known."""
    return f"CloudFormation expands {macro} before it deploys the template: use --change-set to plan the result"


def may_be_extended(template: Mapping[str, Any], name: str) -> bool:
    """Whether a macro may add something to this section."""
    return any(each != _EXTENSIONS for each in _transforms(template)) or any(map(is_macro, section(template, name)))


def _changing_all(template: Mapping[str, Any]) -> str | None:
    """The first transform of the whole template that may create or change shadow tests."""
    return next((f"transform {each}" for each in _transforms(template) if each not in _KEEP_EXPERIMENTS), None)


def _transforms(template: Mapping[str, Any]) -> Iterator[str]:
    declared = template.get("Transform", [])
    for each in declared if isinstance(declared, list) else [declared]:
        yield str(each.get("Name")) if isinstance(each, Mapping) else str(each)


def _only_adds(transform: Any) -> bool:
    """Whether the transform does not change its siblings. Other macros receive them as input, and can change them."""
    return isinstance(transform, Mapping) and transform.get("Name") == "AWS::Include"


def _loop_may_make_experiments(loop: Any) -> bool:
    body = loop[-1] if isinstance(loop, list) and len(loop) == _ARGUMENTS_OF_LOOP else None
    if not isinstance(body, Mapping):
        return True
    return any(may_make_experiments(key, each) or _may_be_experiment(key, each) for key, each in body.items())


def _may_be_experiment(key: str, resource: Any) -> bool:
    if key.startswith("Fn::"):
        return False
    kind = resource.get("Type") if isinstance(resource, Mapping) and not any(map(is_macro, resource)) else None
    # A loop replaces ${Name} and &{Name} everywhere in its body.
    return not isinstance(kind, str) or "{" in kind or kind == RESOURCE_TYPE
