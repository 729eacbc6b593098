"""The faults in the properties of one experiment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inference_experiment_handler.spec.parser import faults_in
from inference_experiment_handler.spec.reader import Fault
from shadowtest.linting.branches import Conditions, assignments, reached, resolved
from shadowtest.service_token import MISSING, SERVICE_TOKEN
from shadowtest.templates.node import Mapping, Node, Place, Scalar, intrinsic, plain, shown_path, walk
from shadowtest.templates.places import place_of

_MOST_CONDITIONS = 8
"""Each additional condition doubles the number of times that the properties are read."""


class NotCheckedError(Exception):
    """It is not known whether there are faults. The message says why."""


@dataclass(frozen=True)
class Located:
    """A fault of the properties, and its place."""

    fault: Fault
    place: Place


def faults_of(properties: Node, place: Place, given: Conditions) -> list[Located]:
    """Returns every fault. Raises a ``NotCheckedError``.

    ``place``: where a missing property is reported. ``given``: the condition of the resource itself, which is true.

    Which conditions can be true together is not known. A fault is reported if it is in a branch whatever the values of
    all other conditions are, because the author of the branch intended it to be reachable.
    """
    if isinstance(properties, Mapping) and any(entry.key.startswith("Fn::") for entry in properties.entries):
        raise NotCheckedError("what a function adds to its Properties is not in the template")
    branches = list(reached(properties, given))
    conditions = {condition for branch in branches for condition in branch}
    if len(conditions - given.keys()) > _MOST_CONDITIONS:
        raise NotCheckedError(f"its properties depend on more than {_MOST_CONDITIONS} conditions")
    read = [(each, _faults(resolved(properties, each), place)) for each in assignments(conditions, given)]
    found: dict[object, Located] = {}
    for branch in branches:
        within = [faults for each, faults in read if branch.items() <= each.items()]
        for located in within[0]:
            if all(located in faults for faults in within):
                # The index of a list entry is different if an entry before it is absent.
                name = located.fault.path.rpartition(".")[2]
                found.setdefault((located.place, name, located.fault.problem), located)
    return list(found.values())


def _faults(properties: Node | None, place: Place) -> list[Located]:
    values = {} if properties is None else plain(properties)
    if not isinstance(values, dict) or intrinsic(properties):
        return [Located(Fault("Properties", "must be a map of properties"), place)]
    assert properties is None or isinstance(properties, Mapping)  # noqa: S101 - for type checkers
    tree = properties or Mapping(place, ())
    nulls = list(_nulls(tree, place))
    at_nulls = {null.place for null in nulls}
    faults = list(faults_in(values, opaque=_unknown))
    if SERVICE_TOKEN not in values:
        faults.insert(0, MISSING)
    located = [Located(fault, place_of(tree, fault.path, place)) for fault in faults]
    return [*nulls, *(each for each in located if each.place not in at_nulls)]


def _nulls(properties: Mapping, place: Place) -> Iterator[Located]:
    for path, node in walk(properties):
        if isinstance(node, Scalar) and node.text is None:
            said = shown_path(path)
            yield Located(
                Fault(said, "is null, which CloudFormation refuses: leave it out"), place_of(properties, said, place)
            )


def _unknown(value: Any) -> bool:
    """Whether a value is known only at deployment: an intrinsic function, or a map that one extends."""
    if not isinstance(value, dict):
        return False
    return any(key.startswith("Fn::") for key in value) or value.keys() in ({"Ref"}, {"Condition"})
