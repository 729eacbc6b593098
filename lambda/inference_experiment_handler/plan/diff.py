"""The fields that are not live as they are desired, and how a message describes them."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.plan.fields import FIELDS, Field
from inference_experiment_handler.plan.last_applied import Digests, field_digest
from inference_experiment_handler.plan.matching import Match
from inference_experiment_handler.spec.declaration import Desired

_SHOWN = 60


def differing(
    desired: Desired,
    observed: ObservedExperiment,
    last_applied: Digests | None,
    now: datetime,
    *,
    previous: Digests | None = None,
    sent: Collection[str] = (),
    adopting: bool = False,
) -> list[Field]:
    """The fields that are not live as they are desired.

    Where what is observed doesn't tell, ``last_applied`` does; ``None``: nobody knows. What was ``sent`` by an update
    counts as brought about then. While ``adopting``, all that somebody else's test has must be declared.

    ``previous``: what CloudFormation says was declared before. That may have been brought about, too, by a request that
    did not live to write it down; then a rollback has to take it back.
    """

    def differs(field: Field) -> bool:
        match = field.match(desired, observed, now)
        # What was to go, and is still there, was not brought about.
        left = match is Match.NOT_DECLARED and field.desired(desired) is None
        if match in (Match.SAME, Match.DIFFERENT) or (field.name in sent and not left):
            return match is Match.DIFFERENT
        if last_applied is None:
            return adopting and match is Match.NOT_DECLARED
        digest = field_digest(field, desired)
        if last_applied[field.name] != digest:
            return True
        return previous is not None and previous[field.name] != digest and observed.status in field.changes_in

    return [field for field in FIELDS if differs(field)]


def in_words(desired: Desired, observed: ObservedExperiment, fields: Iterable[Field]) -> str:
    """The differences: ``SamplingPercentage (declared 50, live 10)``."""
    return ", ".join(
        f"{path} (declared {declared}, live {live})" for path, declared, live in apart(desired, observed, fields)
    )


def apart(desired: Desired, observed: ObservedExperiment, fields: Iterable[Field]) -> list[tuple[str, str, str]]:
    """The differences one by one: the path, what is declared, and what is live."""
    return [
        (path, _value_in_words(declared), _value_in_words(live))
        for field in fields
        for path, declared, live in _apart(field.name, field.desired(desired), field.observed(observed))
    ]


def _apart(path: str, declared: Any, live: Any) -> list[tuple[str, Any, Any]]:
    """What exactly differs between two nested values; the whole where nothing seems to."""
    if not isinstance(declared, dict) or not isinstance(live, dict):
        return [(path, declared, live)]
    keys = [key for key in dict.fromkeys((*declared, *live)) if declared.get(key) != live.get(key)]
    apart = [leaf for key in keys for leaf in _apart(f"{path}.{key}", declared.get(key), live.get(key))]
    return apart or [(path, declared, live)]


def _value_in_words(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
