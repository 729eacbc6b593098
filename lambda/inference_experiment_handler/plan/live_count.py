"""The number of production instances that a test is deployed with. Endpoints can scale.

SageMaker deploys the production variant as the experiment declares it. With fewer instances than the endpoint has now,
a test would reduce the capacity for production traffic.
"""

from dataclasses import replace

from inference_experiment_handler.plan.fields import Field
from inference_experiment_handler.plan.matching import Match
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.declaration import Desired


def desired_as_served(situation: Situation) -> Desired:
    """What is desired, with at least as many production instances as the endpoint has, if it was observed."""
    desired = situation.desired
    count = max(desired.production.instance_count, live_count(situation))
    return replace(desired, production=replace(desired.production, instance_count=count))


def lacks_instances(situation: Situation, target: Target) -> bool:
    """Whether the test would be deployed with fewer production instances than the endpoint has."""
    production = target.experiment.variants.get(target.experiment.production_name)
    return production is not None and production.instance_count < live_count(situation)


def sent_with(situation: Situation) -> str:
    """The journal's entry for the number of production instances with which ``ModelVariants`` was sent."""
    return f"ModelVariants with {desired_as_served(situation).production.instance_count}"


def pins_what_was_taken(situation: Situation, target: Target, field: Field) -> bool:
    """Whether production was taken from the endpoint, and is now declared with the same or fewer instances."""
    previous = situation.request.previous.declared if situation.request.previous else None
    if field.name != "ModelVariants" or previous is None or previous.production.complete is not None:
        return False
    return field.match(situation.desired, target.experiment, situation.now) is Match.UNKNOWN


def live_count(situation: Situation) -> int:
    """The endpoint's number of production instances; 0 if it is not known."""
    endpoint = situation.endpoints.get(situation.declared.endpoint_name.casefold())
    if endpoint is None or len(endpoint.production) != 1:
        return 0
    return endpoint.production[0].instance_count or endpoint.production[0].configured_count or 0
