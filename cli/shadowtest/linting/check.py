"""Checks the experiments of templates."""

from collections.abc import Iterable, Iterator

from shadowtest.linting.branches import Conditions
from shadowtest.linting.finding import Finding, Report, Resource
from shadowtest.linting.properties import NotCheckedError, faults_of
from shadowtest.linting.references import unknown_attributes
from shadowtest.templates.duplicates import duplicate_keys
from shadowtest.templates.files import Template
from shadowtest.templates.macros import is_macro, may_make_experiments
from shadowtest.templates.node import Entry, Mapping, Node, Scalar, plain, shown_path
from shadowtest.templates.resource_type import RESOURCE_TYPE


def check(templates: Iterable[Template]) -> Report:
    resources: list[Resource] = []
    findings: list[Finding] = []
    for template in templates:
        experiments = list(_experiments(template.root))
        of_this: list[Finding] = []
        for entry, resource in experiments:
            not_checked = None
            try:
                of_this.extend(_of_properties(template.name, entry, resource))
            except NotCheckedError as error:
                not_checked = str(error)
            resources.append(Resource(template.name, entry.key, entry.place, not_checked))
        resources.extend(
            Resource(template.name, entry.key, entry.place, "CloudFormation creates the resources from it")
            for entry in _macros(template.root)
        )
        of_this.extend(_of_template(template, {entry.key for entry, _ in experiments}))
        findings.extend(sorted(of_this, key=lambda finding: finding.place))
    return Report(tuple(resources), tuple(findings))


def _experiments(root: Mapping) -> Iterator[tuple[Entry, Mapping]]:
    resources = root.get("Resources")
    for entry in resources.entries if isinstance(resources, Mapping) else ():
        if isinstance(entry.value, Mapping) and _text(entry.value.get("Type")) == RESOURCE_TYPE:
            yield entry, entry.value


def _macros(root: Mapping) -> Iterator[Entry]:
    """``Fn::ForEach`` and other macros that may create experiments."""
    resources = root.get("Resources")
    for entry in resources.entries if isinstance(resources, Mapping) else ():
        if entry.key.startswith("Fn::") and may_make_experiments(entry.key, plain(entry.value)):
            yield entry


def _of_properties(file: str, entry: Entry, resource: Mapping) -> Iterator[Finding]:
    macro = next((each.key for each in resource.entries if is_macro(each.key)), None)
    if macro is not None:
        raise NotCheckedError(f"what {macro} adds to it is not in the template")
    properties = resource.entry("Properties")
    condition = _text(resource.get("Condition"))
    given: Conditions = {condition: True} if condition else {}
    place = properties.place if properties else entry.place
    for located in faults_of(properties.value if properties else Mapping(place, ()), place, given):
        path = shown_path(("Resources", entry.key, "Properties", located.fault.path))
        yield Finding(file, located.place, path, located.fault.problem, entry.key, located.fault.path)


def _of_template(template: Template, logical_ids: set[str]) -> Iterator[Finding]:
    for path, place, logical_id, problem in unknown_attributes(template.root, logical_ids):
        yield Finding(template.name, place, shown_path(path), problem, logical_id)
    for path, place, problem in duplicate_keys(template.root):
        yield Finding(template.name, place, shown_path(path), problem, _owner(path, logical_ids))


def _owner(path: tuple[str | int, ...], logical_ids: set[str]) -> str | None:
    """The experiment to which a path belongs."""
    if len(path) > 1 and path[0] == "Resources" and path[1] in logical_ids:
        return str(path[1])
    return None


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None
