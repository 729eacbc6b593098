"""Fields and tags whose live values differ from the declared ones, by the handler's own table of fields."""

from collections.abc import Iterator

from inference_experiment_handler.plan import diff
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from shadowtest.drifting.drift import Finding

_SCHEDULE = "Schedule."


def differing_fields(situation: Situation, target: Target) -> Iterator[Finding]:
    experiment, desired = target.experiment, situation.desired
    applied = target.last_applied if target.left_by_failed_creation else target.last_applied_or_previous
    fields = diff.differing(desired, experiment, applied, situation.now)
    if experiment.ended:
        # The end of a test changes its schedule.
        fields = [field for field in fields if not field.name.startswith(_SCHEDULE)]
    return (Finding.of_field(*each) for each in diff.apart(desired, experiment, fields))


def differing_tags(situation: Situation, target: Target) -> Iterator[Finding]:
    """Compares the declared tags and the owner's tags. Tags that others have added are ignored."""
    expected = {**situation.desired.tags, **situation.request.owner.tags}
    for key, value in expected.items():
        live = target.tags.get(key)
        if live != value:
            yield Finding.of_field(f"Tags.{key}", value or "nothing", live or "nothing")
