"""Endpoints scale: how many production instances a test is deployed with.

SageMaker deploys the production variant as the experiment declares it. With fewer instances than the endpoint has now,
a test would take capacity from the production traffic.
"""

from dataclasses import replace

from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.matching import Match
from inference_experiment_handler.plan.situation import Situation, Target
from inference_experiment_handler.spec.declaration import Desired


def desired_as_served(situation: Situation) -> Desired:
    """What is desired, with at least the production instances that the endpoint has, where it was observed."""
    desired = situation.desired
    count = max(desired.production.instance_count, live_count(situation))
    return replace(desired, production=replace(desired.production, instance_count=count))


def lacks_instances(situation: Situation, target: Target) -> bool:
    """Whether the test would be deployed with fewer production instances than the endpoint has."""
    production = target.experiment.variants.get(target.experiment.production_name)
    return production is not None and production.instance_count < live_count(situation)


def sent_with(situation: Situation) -> str:
    """How a request remembers with how many production instances it has sent ``ModelVariants``."""
    return f"ModelVariants with {desired_as_served(situation).production.instance_count}"


def pins_what_was_taken(situation: Situation, target: Target, field: Field) -> bool:
    """Whether production is declared now that was taken as it is served, with as many instances as that or fewer."""
    previous = situation.request.previous.declared if situation.request.previous else None
    if field.name != "ModelVariants" or previous is None or previous.production.complete is not None:
        return False
    return field.match(situation.desired, target.experiment, situation.now) is Match.UNKNOWN


def live_count(situation: Situation) -> int:
    """0 where it is not known."""
    endpoint = situation.endpoints.get(situation.declared.endpoint_name.casefold())
    if endpoint is None or len(endpoint.production) != 1:
        return 0
    return endpoint.production[0].instance_count or endpoint.production[0].configured_count or 0
