"""Values that a stack imports from other stacks. A value that the same deployment changes is not known."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from shadowtest.deploying.stack import StackToDeploy
from shadowtest.templates.sections import section
from shadowtest.values.forms import MalformedFunctionError
from shadowtest.values.resolver import Resolver, as_deployed
from shadowtest.values.stack import DeployedStack, Exports, Place
from shadowtest.values.unknown import KnownAtDeployment, surely_same


def imports_values(template: Any) -> bool:
    """Whether exports of other stacks are used anywhere."""
    return any(True for _ in _imports(template))


def changed_exports(
    stack: StackToDeploy, deployed: DeployedStack | None, place: Place, exports: Mapping[str, str]
) -> dict[str, KnownAtDeployment]:
    """The exports of a stack whose values its deployment changes, or may change."""
    declared = Resolver(stack.template, place, given=stack.parameters, deployed=deployed, exports=exports)
    before = _exported(deployed.template, as_deployed(deployed, exports)) if deployed is not None else {}
    changed = {}
    for name, value in _exported(stack.template, declared).items():
        if name in exports and exports[name] != value and not surely_same(before.get(name), value):
            why = f"the same deployment changes stack {stack.name}, which exports {name}"
            changed[name] = KnownAtDeployment.of({"Fn::ImportValue": name}, why)
    return changed


def known_to(deployed: DeployedStack | None, exports: Mapping[str, str], changed: Exports) -> Exports:
    """The exports that a stack receives. CloudFormation refuses to change an export that a stack already imports."""
    used: set[Any] = set()
    if deployed is not None:
        values = as_deployed(deployed, exports)
        for each in _imports(deployed.template):
            with suppress(MalformedFunctionError):
                name = values.resolve(each)
                used |= {name} if isinstance(name, str) else set()
    return {**exports, **{name: each for name, each in changed.items() if name not in used}}


def _imports(template: Any) -> Iterator[Any]:
    """The argument of each ``Fn::ImportValue``."""
    if isinstance(template, Mapping):
        for key, each in template.items():
            if key == "Fn::ImportValue":
                yield each
            yield from _imports(each)
    elif isinstance(template, list):
        for each in template:
            yield from _imports(each)


def _exported(template: Mapping[str, Any], values: Resolver) -> dict[str, Any]:
    found = {}
    for output in section(template, "Outputs").values():
        export = output.get("Export") if isinstance(output, Mapping) else None
        if isinstance(export, Mapping):
            # CloudFormation refuses a template with a malformed function, so it changes nothing.
            with suppress(MalformedFunctionError):
                name = values.resolve(export.get("Name"))
                if isinstance(name, str):
                    found[name] = values.resolve(output.get("Value"))
    return found
