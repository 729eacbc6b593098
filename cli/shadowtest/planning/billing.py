"""Which instances are billed, and until when."""

from datetime import datetime

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment, ServedVariant
from inference_experiment_handler.spec.declaration import ModelVariant
from inference_experiment_handler.spec.limits import DEFAULT_TEST
from shadowtest.planning.verdict import Bill

PRODUCTION, SHADOW = "production", "shadow"


def end_of(experiment: ObservedExperiment) -> datetime | None:
    """When the test ends by its schedule. ``None`` if it has ended, or if its start is not known."""
    if experiment.ended or experiment.start is None:
        return None
    return experiment.end or experiment.start + DEFAULT_TEST


def bills_of_test(experiment: ObservedExperiment, endpoint: ObservedEndpoint | None, now: datetime) -> tuple[Bill, ...]:
    """Both variants from now, or from the start, until the test ends."""
    ends = end_of(experiment)
    if experiment.ended or experiment.start is None:
        return ()
    hours = max(0.0, (ends - max(now, experiment.start)).total_seconds() / 3600) if ends is not None else None
    roles = {PRODUCTION: experiment.production_name, SHADOW: experiment.shadow_name}
    return tuple(
        _bill(experiment.variants[name], role, _live_count(name, endpoint), hours)
        for role, name in roles.items()
        if name in experiment.variants
    )


def bills_of_endpoint(endpoint: ObservedEndpoint | None) -> tuple[Bill, ...]:
    """What the endpoint serves, with no scheduled end."""
    if endpoint is None:
        return ()
    served = [(each, PRODUCTION) for each in endpoint.production] + [(each, SHADOW) for each in endpoint.shadows]
    return tuple(
        Bill(each.variant_name, role, each.model_name or "", each.instance_type or "", count_of(each) or 0, None)
        for each, role in served
    )


def count_of(served: ServedVariant) -> int | None:
    """How many instances serve the variant. ``None`` if neither the endpoint nor its configuration has the number."""
    return served.instance_count or served.configured_count


def _bill(variant: ModelVariant, role: str, live_count: int | None, hours: float | None) -> Bill:
    # An endpoint can scale, so the current number of instances is what is billed.
    count = live_count if live_count is not None else variant.instance_count
    return Bill(variant.variant_name, role, variant.model_name, variant.instance_type, count, hours)


def _live_count(name: str, endpoint: ObservedEndpoint | None) -> int | None:
    serving = (*endpoint.production, *endpoint.shadows) if endpoint is not None else ()
    return next((count_of(each) for each in serving if each.variant_name == name), None)
