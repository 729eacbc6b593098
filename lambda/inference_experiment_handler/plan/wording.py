"""Text that several messages share."""

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.spec.declaration import Declaration, Desired, ModelVariant
from inference_experiment_handler.spec.text import iso_instant

DELETED_WITH = "deleted with"
"""The beginning of the reason that SageMaker records if a Delete stops a test."""
GIVEN_UP = "CloudFormation no longer waits for this request"
IF_MOVED = (
    "If it is the test of this resource, which had another logical ID or was in another stack, give Name the name of "
    "that test, and set AdoptExisting: true"
)

DEPLOY_INSTEAD = (
    "deploy the model to the endpoint with a new endpoint configuration, and remove DesiredState and "
    "ModelVariantActions"
)


def stop_reason(because: str, owner: Owner) -> str:
    """The reason that SageMaker records for a Stop, if none is declared. ``because``: the beginning."""
    return f"{because} {owner.logical_id} of stack {owner.stack_id}"


def ended_words(experiment: ObservedExperiment) -> str:
    """The status, since when it has ended, and why."""
    since = f" since {iso_instant(experiment.concluded)}" if experiment.concluded else ""
    reason = f" ({experiment.status_reason})" if experiment.status_reason else ""
    return f"{experiment.name} is {experiment.status}{since}{reason}"


def unhandled_status(experiment: ObservedExperiment) -> str:
    """A message that the handler can't handle its status, or what is reported of it."""
    if not experiment.shadow_name:
        return (
            f"DescribeInferenceExperiment reports no ShadowModeConfig of {experiment.name}, which is "
            f"{experiment.status}, so it is not known which variant is the shadow variant"
        )
    reason = f" ({experiment.status_reason})" if experiment.status_reason else ""
    return f"{experiment.name} has status {experiment.status!r}{reason}, which this version does not handle"


def taken_in_words(declared: Declaration, desired: Desired) -> str:
    """The values that are used where a declaration leaves them open; empty if it leaves nothing open."""
    if declared.production.complete is not None and declared.shadow.complete is not None:
        return ""
    as_served = "" if declared.production.complete is not None else ", as served"
    return f"production {_variant_in_words(desired.production)}{as_served}; shadow {_variant_in_words(desired.shadow)}"


def _variant_in_words(variant: ModelVariant) -> str:
    name, model = variant.variant_name, variant.model_name
    return f"{name}: {model} on {instances_in_words(variant.instance_count, variant.instance_type)}"


def instances_in_words(count: int, instance_type: str) -> str:
    return f"{count} x {instance_type}"


def way_out(declared: Declaration) -> str:
    """What the user can do about a field that can't change: start another experiment."""
    if declared.name is not None:
        return "Start a new run (change Name)"
    return f"Start a new run (change Run from {declared.run!r})"
