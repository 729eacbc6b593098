"""The verdicts of a change some of whose values are known only at deployment.

Nothing is guessed: the verdicts are found for each value that matters (the one that is deployed, and another). They are
told if they are the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from inference_experiment_handler.client import SageMaker
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.planning.change import Change
from shadowtest.planning.faults import refused_for_faults
from shadowtest.planning.new_endpoint import is_on_new_endpoint, new_endpoint, without_guesses
from shadowtest.planning.placeholders import NAMES_WHAT_IS_LIVE, placeholder, replaced, value_at
from shadowtest.planning.requests import first_request
from shadowtest.planning.verdict import Alternative, Kind, Verdict
from shadowtest.planning.verdicts import foretell, live_for, name_of
from shadowtest.templates.node import Path, shown_path
from shadowtest.values.unknown import KnownAtDeployment, unknown_paths

_TOKEN: Path = ("ServiceToken",)


def verdicts_of(change: Change, sagemaker: SageMaker, now: datetime) -> tuple[Verdict, ...]:
    """What the deployment does to the resource's test, in order. Raises a ``ServiceError`` where a read fails."""
    change = _with_known_token(change)
    if change.declared is None:
        # A Delete depends on nothing but how the test is to end.
        return _of_known(_with_deployed(change, {}), sagemaker, now)
    unknown = dict(unknown_paths(change.declared))
    refused = refused_for_faults(change) if unknown else None
    if refused is not None:
        return (refused,)
    before = dict(unknown_paths(change.deployed))
    look = _of_new_endpoint if is_on_new_endpoint(change) else _of_known
    told = _undecidable(change, unknown, before)
    if told is not None:
        return told
    change = _with_deployed(change, {path: value_at(change.declared, path) for path in before})
    if not unknown:
        return look(change, sagemaker, now)
    alternatives = [
        Alternative(condition, look(replace(change, declared=declared), sagemaker, now))
        for condition, declared in _possible(change, list(unknown))
    ]
    first = alternatives[0].verdicts
    if all(_same(first, each.verdicts) for each in alternatives[1:]):
        return first
    return (_untold(change, unknown, alternatives),)


def _of_known(change: Change, sagemaker: SageMaker, now: datetime) -> tuple[Verdict, ...]:
    live = live_for(change, sagemaker, now)
    for name in NAMES_WHAT_IS_LIVE:
        stands_for_another = placeholder((name,))
        if stands_for_another is not None and (change.declared or {}).get(name) == stands_for_another:
            live = replace(live, unread=live.unread | {stands_for_another})
    return foretell(change, live, now).verdicts


def _of_new_endpoint(change: Change, sagemaker: SageMaker, now: datetime) -> tuple[Verdict, ...]:
    try:
        request = first_request(change, now)
    except InvalidPropertiesError:
        request = None
    if request is None or request.declared is None:
        return _of_known(change, sagemaker, now)
    live = live_for(change, sagemaker, now).with_endpoint(new_endpoint(request.declared))
    return tuple(without_guesses(each, request.declared) for each in foretell(change, live, now).verdicts)


def _with_known_token(change: Change) -> Change:
    """A ServiceToken that is not known yet is taken to stay: CloudFormation refuses another."""
    old, new = (value_at(properties, _TOKEN) for properties in (change.deployed, change.declared))
    if not any(isinstance(each, KnownAtDeployment) for each in (old, new)):
        return change
    known = next((each for each in (old, new) if isinstance(each, str)), placeholder(_TOKEN))
    deployed, declared = (
        replaced(properties, {_TOKEN: known}) if properties is not None else None
        for properties in (change.deployed, change.declared)
    )
    return replace(change, deployed=deployed, declared=declared)


def _with_deployed(change: Change, values: Mapping[Path, Any]) -> Change:
    """The deployed properties without an unknown: as these say, or else with what stands for another value."""
    if change.deployed is None:
        return change
    known = {path: values.get(path) or placeholder(path) or "" for path, _ in unknown_paths(change.deployed)}
    return replace(change, deployed=replaced(change.deployed, known))


def _undecidable(
    change: Change, unknown: Mapping[Path, KnownAtDeployment], before: Mapping[Path, KnownAtDeployment]
) -> tuple[Verdict, ...] | None:
    """Where not even the possible values are known."""
    if change.deployed is not None:
        for path, value in unknown.items():
            if path in before or value_at(change.deployed, path) is None:
                return (_untold(change, {path: value}, []),)
    for path, value in unknown.items():
        if placeholder(path) is None:
            return (_untold(change, {path: value}, []),)
    return None


def _possible(change: Change, paths: list[Path]) -> list[tuple[str, Any]]:
    """The properties as they may be, each with its condition. One at a time changes, and all at once."""
    others = {path: placeholder(path) for path in paths}
    words = " and ".join(map(shown_path, paths))
    if change.deployed is None:
        return [(f"{words} known at deployment", replaced(change.declared, others))]
    stays = {path: value_at(change.deployed, path) for path in paths}
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
