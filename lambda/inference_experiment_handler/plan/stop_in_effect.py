"""Whether a Stop has changed the endpoint of a test that SageMaker does not show as stopped yet.

The endpoint is then not as the test deployed it, so it looks as if somebody else had changed it.
"""

from dataclasses import replace
from datetime import timedelta

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.operations import STOP
from inference_experiment_handler.model.request import issued_at
from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.model.tags import PendingStop
from inference_experiment_handler.plan.displaced import serves_shadow
from inference_experiment_handler.plan.ending_proof import stop_problem
from inference_experiment_handler.plan.keep_production import as_intended, keep_production
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.declaration import Action, Ending

_LONGEST_UNTIL_SHOWN = timedelta(hours=2)
"""SageMaker may show a Stop until this long after its request was issued. A request itself can take one hour."""


def wait_for_stop_in_effect(target: Target, ending: Ending, endpoint: ObservedEndpoint | None) -> Wait | None:
    """A wait, if the endpoint is as a Stop leaves it that SageMaker does not show yet; ``None`` otherwise.

    The Stop got no response. Or another delivery of this request, or an earlier request that has failed, has called it.
    Then the Stop of this delivery may be in conflict.
    """
    experiment, intent = target.experiment, target.stop_intent
    if endpoint is None or keep_production(ending, experiment, endpoint) is not None:
        return None
    if intent is None:
        return _wait_for_earlier_request(target, ending, endpoint)
    if _is_in_effect(ending, intent, experiment, endpoint):
        return Wait(f"waiting for {STOP} to take effect: endpoint {endpoint.name} is already as the Stop leaves it")
    return None


def _wait_for_earlier_request(target: Target, ending: Ending, endpoint: ObservedEndpoint) -> Wait | None:
    """The same for the Stop of an earlier request.

    If that request has not called Stop, the endpoint may be like this by coincidence. So the wait ends two hours after
    that request was issued.
    """
    experiment, intent = target.experiment, target.pending_stop
    issued = timedelta(seconds=issued_at(intent.token))
    if not intent.token or timedelta(seconds=target.now.timestamp()) - issued >= _LONGEST_UNTIL_SHOWN:
        return None
    if serves_shadow(experiment, endpoint):
        # That Stop has neither promoted nor resized the shadow variant.
        return None
    # That request may have declared other instances than this one, so those on the endpoint count, too.
    test = _with_shadow_instances_of(endpoint, experiment)
    without_instances = Ending()
    if not (
        _is_in_effect(ending, intent, experiment, endpoint) or _is_in_effect(without_instances, intent, test, endpoint)
    ):
        return None
    return Wait(
        f"waiting for the {STOP} of an earlier request to take effect: endpoint {endpoint.name} is already as that "
        "Stop leaves it. Two hours after that request was issued, no request waits for it any more"
    )


def _is_in_effect(
    ending: Ending, intent: PendingStop, experiment: ObservedExperiment, endpoint: ObservedEndpoint
) -> bool:
    """Whether the endpoint is as a Stop with this intent leaves it: with the shadow variant promoted, or retained."""
    intended = as_intended(ending, intent, experiment)
    if stop_problem(intended, experiment, endpoint, intent.production) is not None:
        return False
    return intended.promotes or _is_retained(intended, experiment, endpoint)


def _is_retained(intended: Ending, experiment: ObservedExperiment, endpoint: ObservedEndpoint) -> bool:
    """Whether the endpoint has the shadow variant that stays on the instances that the Stop declares."""
    declared = {variant.variant_name: variant for variant in intended.desired_variants}
    after = replace(experiment, variants={**experiment.variants, **declared})
    return intended.shadow == Action.RETAIN and keep_production(intended, after, endpoint) is not None


def _with_shadow_instances_of(endpoint: ObservedEndpoint, experiment: ObservedExperiment) -> ObservedExperiment:
    """The test, as if it had deployed its shadow variant on the instances that the endpoint has for it."""
    own = experiment.variants.get(experiment.shadow_name)
    served = next((each for each in endpoint.shadows if each.variant_name == experiment.shadow_name), None)
    if own is None or served is None or served.instance_type is None:
        return experiment
    resized = replace(own, instance_type=served.instance_type)
    return replace(experiment, variants={**experiment.variants, own.variant_name: resized})
