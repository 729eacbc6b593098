"""How this SageMaker behaves where the real one is slow, or where its behavior is not documented.

The documentation leaves several points of inference experiments open. Code that calls SageMaker must be correct in both
cases. So each open point is one field here, and tests cover both cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """Durations first, then one field for each open point."""

    creating: timedelta = timedelta(seconds=30)
    """The time from CreateInferenceExperiment until the experiment is Created (or Starting)."""
    created_pause: timedelta = timedelta(minutes=1)
    """How long an unscheduled experiment stays in Created, if ``unscheduled_passes_created``."""
    starting: timedelta = timedelta(minutes=5)
    """How long the endpoint takes to deploy the shadow variant."""
    updating: timedelta = timedelta(minutes=3)
    stopping: timedelta = timedelta(minutes=4)
    endpoint_creating: timedelta = timedelta(minutes=5)
    endpoint_updating: timedelta = timedelta(minutes=5)
    endpoint_deleting: timedelta = timedelta(minutes=1)

    unscheduled_passes_created: bool = False
    """An experiment without a StartTime pauses in Created before it starts by itself, or goes straight to Starting."""
    stop_in_created: bool = False
    """StopInferenceExperiment is legal in Created, or a ConflictException."""
    delete_in_created: bool = True
    """DeleteInferenceExperiment is legal in Created, or a ConflictException."""
    stop_deploys_another_model: bool = True
    """``DesiredModelVariants`` may give a variant another model than the test has, or it is a ValidationException."""
    endpoint_updated_during_test: bool = True
    """UpdateEndpoint is legal while a test is deployed on the endpoint, or a ValidationException."""
    shadow_deployed_before_start: bool = False
    """A scheduled test has its shadow variant deployed once it is Created, or when it starts."""
    reports_actual_start: bool = True
    """Describe's Schedule has the actual start and end, or the requested ones (none, if unscheduled)."""
    promoted_keeps_shadow_name: bool = True
    """A promoted variant keeps the shadow's name, or takes over the production variant's."""
    update_drops_what_is_left_out: bool = False
    """An Update without a Description or DataStorageConfig removes it, or keeps it."""
    kms_key_reported_as_arn: bool = False
    """A KMS key that was given as an id or an alias is reported as an ARN, or as it was given."""
    tags_visible_after: timedelta = timedelta()
    """How long ListTags returns the previous tags after a change."""
    stop_shows_after: timedelta = timedelta()
    """How long Describe still returns Running after a Stop was accepted."""
    endpoint_first_by: timedelta = timedelta()
    """How long a test is still Stopping after its endpoint was updated."""
    visible_after_create: timedelta = timedelta()
    """How long a created experiment is still unknown to every other call."""
    sampling_zero_allowed: bool = True
    """A SamplingPercentage of 0 is accepted, or a ValidationException."""
    minimum_duration: timedelta = timedelta(hours=1)
    """An experiment that would end sooner after its start is refused."""
    tags_per_page: int = 50
    """The number of tags in one response of ListTags. With a small number, a caller gets a NextToken."""

    def changed(self, values: Mapping[str, Any]) -> Behaviour:
        """The same with other values. A duration may be a number of seconds."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        if unknown := sorted(set(values) - set(known)):
            raise ValueError(f"unknown behaviour: {', '.join(unknown)}")
        converted: dict[str, Any] = {
            name: timedelta(seconds=value)
            if isinstance(known[name], timedelta) and not isinstance(value, timedelta)
            else value
            for name, value in values.items()
        }
        return replace(self, **converted)
