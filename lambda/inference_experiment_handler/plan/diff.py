"""The fields with a live value that differs from the desired one, and their description in messages."""

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
    lost: bool = False,
) -> list[Field]:
    """The fields with a live value that differs from the desired one.

    If the observed value does not show that, ``last_applied`` does; ``None`` means unknown. Fields that an update
    ``sent`` then count as applied. If ``adopting``, all values of the existing test must be declared.

    ``lost``: the tag with what was applied last was removed. A value that is live and should not be is then different:
    it is not known that SageMaker sets it.

    ``previous``: what was declared before, according to CloudFormation. It may also be live if the request that applied
    it was lost before it wrote the tags. A rollback must then revert it.
    """

    def differs(field: Field) -> bool:
        match = field.match(desired, observed, now)
        # A value that should be removed, and still exists, was not applied.
        left = match is Match.NOT_DECLARED and field.desired(desired) is None
        if match in (Match.SAME, Match.DIFFERENT) or (field.name in sent and not left):
            return match is Match.DIFFERENT
        if left and lost:
            return True
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
    """The single differences: the path, the declared value, and the live value."""
    return [
        (path, _value_in_words(declared), _value_in_words(live))
        for field in fields
        for path, declared, live in _apart(field.name, field.desired(desired), field.observed(observed))
    ]


def _apart(path: str, declared: Any, live: Any) -> list[tuple[str, Any, Any]]:
    """The differences between two nested values; the whole values if no difference is found."""
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
