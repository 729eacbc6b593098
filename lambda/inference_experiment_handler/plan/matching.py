"""Whether what is declared for a field is what is live.

Where SageMaker's behaviour is not documented, a comparison says so (``UNTOLD``) or is generous, rather than calling
for an update that would never settle.
"""

from datetime import datetime, timedelta
from enum import Enum

from inference_experiment_handler.model.observed import Experiment, Status
from inference_experiment_handler.spec.declaration import Declaration

_CLOSE = timedelta(minutes=1)
"""Instants nearer than this are the same: how finely SageMaker rounds is not documented."""


class Match(Enum):
    """How a declared value relates to the live one."""

    SAME = "same"
    DIFFERENT = "different"
    UNTOLD = "untold"
    """Live doesn't tell: a key is named once by alias and once by id, say. What was applied last decides then."""
    UNDECLARED = "undeclared"
    """Live has a value and none is declared: SageMaker's own doing, or left from before. As above."""


def told(same: bool) -> Match:
    return Match.SAME if same else Match.DIFFERENT


def schedule_start(declaration: Declaration, experiment: Experiment, now: datetime) -> Match:
    start = declaration.schedule.start
    if experiment.ended:
        return Match.UNTOLD
    if start is None or declaration.schedule.is_due(now):
        # A test that hasn't started by then is started by a call of its own; one that has is as declared.
        return Match.SAME
    if experiment.status != Status.CREATED:
        return Match.DIFFERENT
    return told(experiment.start is not None and abs(experiment.start - start) < _CLOSE)


def schedule_end(declaration: Declaration, experiment: Experiment, now: datetime) -> Match:
    if experiment.status == Status.CREATED and declaration.schedule.is_due(now):
        # It is about to be started, and its end counts from then, or may lie before the start that it still has.
        return Match.SAME
    end = declared_end(declaration, experiment)
    if end is None:
        return Match.UNTOLD
    return told(experiment.end is not None and abs(experiment.end - end) < _CLOSE)


def model_variants(declaration: Declaration, experiment: Experiment, _: datetime) -> Match:
    declared = {variant.variant_name: variant for variant in (declaration.production, declaration.shadow)}
    return told(
        declared.keys() == experiment.variants.keys()
        and all(
            same_name(variant.model_name, experiment.variants[name].model_name)
            and variant.instance_type == experiment.variants[name].instance_type
            and variant.instance_count == experiment.variants[name].instance_count
            for name, variant in declared.items()
        )
    )


def data_storage(declaration: Declaration, experiment: Experiment, _: datetime) -> Match:
    declared, live = declaration.data_storage, experiment.data_storage
    if declared is None:
        return Match.UNDECLARED if live is not None else Match.SAME
    if live is None or declared.destination.rstrip("/") != live.destination.rstrip("/"):
        return Match.DIFFERENT
    matches = (
        kms_key(declared.kms_key, live.kms_key),
        _content_types(declared.csv_content_types, live.csv_content_types),
        _content_types(declared.json_content_types, live.json_content_types),
    )
    return next((worst for worst in (Match.DIFFERENT, Match.UNDECLARED, Match.UNTOLD) if worst in matches), Match.SAME)


def _content_types(declared: tuple[str, ...] | None, live: tuple[str, ...] | None) -> Match:
    if declared is None:
        return Match.UNDECLARED if live is not None else Match.SAME
    return told(live is not None and set(declared) == set(live))


def kms_key(declared: str | None, live: str | None) -> Match:
    """A key may be named by id, ARN, alias or alias ARN; SageMaker may report another of these than it was given."""
    if declared is None:
        return Match.UNDECLARED if live else Match.SAME
    if live is None:
        return Match.DIFFERENT
    named, reported = _key_name(declared), _key_name(live)
    if named.startswith("alias/") != reported.startswith("alias/"):
        return Match.UNTOLD
    return told(named == reported)


def _key_name(key: str) -> str:
    name = key.rpartition(":")[2]
    return name.removeprefix("key/")


def same_name(one: str | None, other: str | None) -> bool:
    """Names taken from an ARN are lower-case, whatever the resource is called."""
    return (one or "").casefold() == (other or "").casefold()


def declared_end(declaration: Declaration, experiment: Experiment) -> datetime | None:
    """When the test ends by its declaration; ``None`` where that can't be known yet, or is SageMaker's to say."""
    start = start_of(declaration, experiment)
    if start is None:
        return declaration.schedule.end
    return declaration.schedule.end_of_a_test_started_at(start)


def start_of(declaration: Declaration, experiment: Experiment) -> datetime | None:
    """The start that the test's end counts from: the declared one until it runs, then the actual one."""
    return declaration.schedule.start if experiment.status == Status.CREATED else experiment.start
