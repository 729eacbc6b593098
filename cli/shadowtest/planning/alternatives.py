"""The verdicts of a change with values that are known only at deployment.

No value is guessed. The verdicts are found for each value that matters: the deployed one, and a different one. If they
are the same, they are the result. Otherwise, the result is unknown, with the possible verdicts as alternatives.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from inference_experiment_handler.client import CloudWatch, SageMaker
from inference_experiment_handler.spec.declaration import Declaration
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.planning.change import Change
from shadowtest.planning.faults import lacks_token, refused_for_faults
from shadowtest.planning.placeholders import placeholder, replaced, value_at
from shadowtest.planning.requests import first_request
from shadowtest.planning.surroundings import Surroundings, found, without_guesses
from shadowtest.planning.verdict import Alternative, Kind, Verdict
from shadowtest.planning.verdicts import foretell, live_for, name_of
from shadowtest.service_token import SERVICE_TOKEN
from shadowtest.templates.node import Path, shown_path
from shadowtest.values.unknown import KnownAtDeployment, unknown_paths

_NAME = "Name"
_TOKEN: Path = (SERVICE_TOKEN,)


def verdicts_of(
    change: Change,
    sagemaker: SageMaker,
    now: datetime,
    around: Surroundings | None = None,
    cloudwatch: Callable[[], CloudWatch] | None = None,
) -> tuple[Verdict, ...]:
    """Returns what the deployment does to the resource's test, in order. Raises a ``ServiceError`` if a read fails.

    ``around``: what the deployment does to endpoints. ``cloudwatch``: ``None`` if no metrics are read.
    """
    change = _with_known_token(change)
    declared = change.declared

    def look(planned: Change) -> tuple[Verdict, ...]:
        as_declared = replace(change, declared=declared)
        return _of_known(planned, as_declared, around or Surroundings(), sagemaker, now, cloudwatch=cloudwatch)

    if change.declared is None:
        # A Delete depends only on the declared end of the test.
        return look(_with_deployed(change, {}))
    unknown = dict(unknown_paths(change.declared))
    refused = refused_for_faults(change) if unknown or lacks_token(change) else None
    if refused is not None:
        return (refused,)
    before = dict(unknown_paths(change.deployed))
    told = _undecidable(change, unknown, before)
    if told is not None:
        return told
    change = _with_deployed(change, {path: value_at(change.declared, path) for path in before})
    if not unknown:
        return look(change)
    alternatives = [
        Alternative(condition, look(replace(change, declared=possible)))
        for condition, possible in _possible(change, unknown)
    ]
    first = alternatives[0].verdicts
    if all(_same(first, each.verdicts) for each in alternatives[1:]):
        return first
    return (_untold(change, unknown, alternatives),)


def _of_known(
    change: Change,
    as_declared: Change,
    around: Surroundings,
    sagemaker: SageMaker,
    now: datetime,
    *,
    cloudwatch: Callable[[], CloudWatch] | None,
) -> tuple[Verdict, ...]:
    """``as_declared``: the change with its unknown values."""
    live = live_for(change, sagemaker, now, cloudwatch)
    name = placeholder((_NAME,))
    if name is not None and (change.declared or {}).get(_NAME) == name:
        live = replace(live, unread=live.unread | {name})
    declared = _declaration(change, now)
    there = found(live, as_declared, declared, around)
    verdicts = foretell(change, there.live, now).verdicts
    return verdicts if declared is None else tuple(without_guesses(each, there, declared) for each in verdicts)


def _declaration(change: Change, now: datetime) -> Declaration | None:
    """``None`` if the change causes no request that declares a test, or if its request is refused."""
    try:
        request = first_request(change, now)
    except InvalidPropertiesError:
        return None
    return request.declared if request is not None else None


def _with_known_token(change: Change) -> Change:
    """A ServiceToken that is not known yet is assumed to stay, unless it is new: CloudFormation refuses a change."""
    old, new = (value_at(properties, _TOKEN) for properties in (change.deployed, change.declared))
    if not any(isinstance(each, KnownAtDeployment) for each in (old, new)):
        return change
    known = next((each for each in (old, new) if isinstance(each, str)), placeholder(_TOKEN))
    is_new = isinstance(new, KnownAtDeployment) and new.is_new
    deployed, declared = (
        replaced(properties, {_TOKEN: token}) if properties is not None else None
        for properties, token in (
            (change.deployed, known),
            (change.declared, placeholder(_TOKEN) if is_new else known),
        )
    )
    return replace(change, deployed=deployed, declared=declared)


def _with_deployed(change: Change, values: Mapping[Path, Any]) -> Change:
    """The deployed properties, with each unknown replaced by its value in ``values``, or else by a placeholder."""
    if change.deployed is None:
        return change
    known = {path: values.get(path) or placeholder(path) or "" for path, _ in unknown_paths(change.deployed)}
    return replace(change, deployed=replaced(change.deployed, known))


def _undecidable(
    change: Change, unknown: Mapping[Path, KnownAtDeployment], before: Mapping[Path, KnownAtDeployment]
) -> tuple[Verdict, ...] | None:
    """The verdict if not even the possible values are known. Otherwise ``None``."""
    if change.deployed is not None:
        for path, value in unknown.items():
            if path in before or value_at(change.deployed, path) is None:
                return (_untold(change, {path: value}, []),)
    for path, value in unknown.items():
        if placeholder(path) is None:
            return (_untold(change, {path: value}, []),)
    return None


def _possible(change: Change, unknown: Mapping[Path, KnownAtDeployment]) -> list[tuple[str, Any]]:
    """The possible properties, each with its condition. Each unknown value changes alone, and all change at once."""
    others = {path: placeholder(path) for path in unknown}
    if change.deployed is None:
        words = " and ".join(map(shown_path, unknown))
        return [(f"{words} known at deployment", replaced(change.declared, others))]
    paths = [path for path, value in unknown.items() if not value.is_new]
    if not paths:
        return [("", replaced(change.declared, others))]
    words = " and ".join(map(shown_path, paths))
    stays = {**others, **{path: value_at(change.deployed, path) for path in paths}}
    possible = [(f"{words} unchanged", replaced(change.declared, stays))]
    if len(paths) > 1:
        possible += [
            (f"a different {shown_path(path)}", replaced(change.declared, {**stays, path: others[path]}))
            for path in paths
        ]
    return [*possible, (f"a different {words}", replaced(change.declared, others))]


def _same(one: tuple[Verdict, ...], other: tuple[Verdict, ...]) -> bool:
    def brief(verdicts: tuple[Verdict, ...]) -> list[Any]:
        return [(each.kind, each.experiment, each.differences) for each in verdicts]

    return brief(one) == brief(other) and all(each.kind is not Kind.UNKNOWN for each in one)


def _untold(change: Change, unknown: Mapping[Path, KnownAtDeployment], alternatives: list[Alternative]) -> Verdict:
    words = "; ".join(
        f"{shown_path(path)} is known only at deployment ({value.why})" for path, value in unknown.items()
    )
    differences = [
        {each for verdict in alternative.verdicts for each in verdict.differences} for alternative in alternatives
    ]
    common = frozenset.intersection(*map(frozenset, differences)) if differences else frozenset()
    return Verdict(
        Kind.UNKNOWN,
        name_of(change),
        reason=words,
        differences=tuple(sorted(common, key=lambda each: each.path)),
        alternatives=tuple(alternatives),
    )
