"""The scene of a life: an endpoint in service, an experiment of another owner, and the behavior of SageMaker."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from campaign import endpoints, invariants
from campaign.chance import Chance
from campaign.resource import Resource
from campaign.scheduler import Scheduler
from local.sagemaker import Behaviour, SageMaker, ServiceError
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    REMOVE,
    ROLE,
    SHADOW,
    shadow_mode,
    variant,
)
from simulation.endpoints import SOMEBODY, create_endpoints, create_models, served

FOREIGN = "their-test"


class Scene:
    """What exists apart from the stack, and what others change."""

    def __init__(self, scheduler: Scheduler, service: SageMaker, endpoints: Iterable[str]) -> None:
        self.scheduler, self.service = scheduler, service
        self._endpoints = endpoints
        self.foreign: dict[str, datetime] = {}
        self.changes = 0

    def set_up(self) -> None:
        create_models(self.service)
        create_endpoints(self.service, *self._endpoints, "other", config="before")
        self.scheduler.spawn(lambda: None, seconds=3600)
        self.scheduler.run()
        self.create_foreign(FOREIGN)

    def create_foreign(self, name: str) -> None:
        if self.foreign:
            self.scheduler.sleep(7200)
            there = self.service.experiment(FOREIGN)
            if there is not None and there["Status"] == "Running":
                self.somebody("StopInferenceExperiment", Name=FOREIGN, ModelVariantActions=REMOVE)
            self.scheduler.sleep(7200)
        try:
            self.somebody(
                "CreateInferenceExperiment",
                Name=name,
                Type="ShadowMode",
                RoleArn=ROLE,
                EndpointName="other",
                ModelVariants=[variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER)],
                ShadowModeConfig=shadow_mode(5),
            )
        except ServiceError:
            # Another resource has a test of that name.
            return
        self.foreign[name] = self.scheduler.now()

    def somebody(self, operation: str, **arguments: Any) -> None:
        self.service.call(operation, arguments, principal=SOMEBODY)

    def change_the_endpoint(self, dice: Random) -> bool:
        """Lets the endpoint's owner update or scale it. Returns whether it was scaled. Raises a ``ServiceError`` if
        refused.
        """
        what = dice.choice(["another model", "no shadow", "scale"])
        if what == "scale":
            wanted = [{"VariantName": PRODUCTION, "DesiredInstanceCount": dice.randint(1, 4)}]
            self.somebody(
                "UpdateEndpointWeightsAndCapacities", EndpointName=ENDPOINT, DesiredWeightsAndCapacities=wanted
            )
            return True
        endpoint = endpoints.endpoint(self.service, ENDPOINT)
        if not endpoint:
            raise ServiceError("ValidationException", f"Could not find endpoint {ENDPOINT}.")
        name = {"EndpointConfigName": endpoint["EndpointConfigName"]}
        config = self.service.call("DescribeEndpointConfig", name)
        shadows = config.get("ShadowProductionVariants", []) if what == "another model" else []
        model = dice.choice([CHAMPION, "contender"]) if what == "another model" else CHAMPION
        self.changes += 1
        changed = f"changed-{self.changes}"
        self.somebody(
            "CreateEndpointConfig",
            EndpointConfigName=changed,
            ProductionVariants=[served(model=model, count=dice.randint(1, 3))],
            **({"ShadowProductionVariants": shadows} if shadows else {}),
        )
        self.somebody("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=changed)
        return False

    def redeploy(self, name: str) -> None:
        """Lets an endpoint's owner deploy what the endpoint serves anyway, with the instances that it has. It takes
        minutes, and may be refused.
        """
        endpoint = endpoints.endpoint(self.service, name)
        serving = [*endpoint.get("ProductionVariants", ()), *endpoint.get("ShadowProductionVariants", ())]
        if not serving:
            # It does not exist, or is being created again.
            return
        config = self.service.call("DescribeEndpointConfig", {"EndpointConfigName": endpoint["EndpointConfigName"]})
        counts = {each["VariantName"]: each["DesiredInstanceCount"] for each in serving}
        variants = {
            kind: [each | {"InitialInstanceCount": counts[each["VariantName"]]} for each in config[kind]]
            for kind in ("ProductionVariants", "ShadowProductionVariants")
            if config.get(kind)
        }
        self.changes += 1
        again = f"changed-{self.changes}"
        with suppress(ServiceError):
            self.somebody("CreateEndpointConfig", EndpointConfigName=again, **variants)
            self.somebody("UpdateEndpoint", EndpointName=name, EndpointConfigName=again)

    def serve_as_tested(self, test: Mapping[str, Any]) -> bool:
        """Lets the endpoint's owner deploy the production variant that a running test has, without its shadow variant.

        Returns whether SageMaker accepted that.
        """
        source = test["ShadowModeConfig"]["SourceModelVariantName"]
        production = next(each for each in test["ModelVariants"] if each["VariantName"] == source)
        instances = production["InfrastructureConfig"]["RealTimeInferenceConfig"]
        variant = served(source, production["ModelName"], count=instances["InstanceCount"])
        self.changes += 1
        as_tested = f"changed-{self.changes}"
        config = [variant | {"InstanceType": instances["InstanceType"]}]
        try:
            self.somebody("CreateEndpointConfig", EndpointConfigName=as_tested, ProductionVariants=config)
            endpoint = test["EndpointMetadata"]["EndpointName"]
            self.somebody("UpdateEndpoint", EndpointName=endpoint, EndpointConfigName=as_tested)
        except ServiceError:
            return False
        self.scheduler.sleep(3600)
        return True

    def restore(self, endpoint: str, resources: Sequence[Resource], *, before_a_start: bool = False) -> bool:
        """Lets the endpoint's owner restore the model that it served in the beginning. Returns whether that was
        necessary.

        ``before_a_start``: also if a test on it is scheduled.
        """
        at_rest = (*invariants.ENDED, "Created") if before_a_start else invariants.ENDED
        own = [each for resource in resources for each in invariants.own(self.service, resource)]
        running = [
            each
            for each in own
            if each["Status"] not in at_rest and each["EndpointMetadata"]["EndpointName"] == endpoint
        ]
        if running:
            return False
        as_before = endpoints.served_models(self.service, endpoint) == [CHAMPION]
        if as_before and not endpoints.shadows(self.service, endpoint):
            return False
        try:
            self.somebody("UpdateEndpoint", EndpointName=endpoint, EndpointConfigName="before")
            self.scheduler.sleep(3600)
        except ServiceError:
            return False
        return True


def behaviour(chance: Chance) -> Behaviour:
    dice = chance.random
    # Draws that were added later have their own dice, so that the lives of known seeds do not change.
    later = Random(repr(dice.getstate()))  # noqa: S311 - a simulation
    stops = dice.random() < 0.5
    usual = {"creating": 0.5, "starting": 5.0, "updating": 3.0, "stopping": 4.0}
    if chance.hits("slow"):
        usual[dice.choice(["creating", "starting", "starting", "updating", "stopping"])] = dice.uniform(30, 70)
    known = Behaviour(
        unscheduled_passes_created=dice.random() < 0.3,
        created_pause=timedelta(seconds=dice.choice([5, 60])),
        stop_in_created=stops,
        # One of the two must be allowed, or a scheduled test could not be cancelled.
        delete_in_created=not stops or dice.random() < 0.5,
        reports_actual_start=dice.random() < 0.5,
        promoted_keeps_shadow_name=dice.random() < 0.7,
        kms_key_reported_as_arn=dice.random() < 0.3,
        tags_visible_after=timedelta(seconds=dice.choice([0, 0, 5, 40])),
        visible_after_create=timedelta(seconds=dice.choice([0, 0, 20])),
        shadow_deployed_before_start=stops and later.random() < 0.3,
        update_drops_what_is_left_out=later.random() < 0.5,
        stop_shows_after=timedelta(seconds=later.choice([0, 0, 30, 200])),
    )
    # A stop that shows late has its own dice for the same reason.
    late_stop = Random(repr(later.getstate()))  # noqa: S311 - a simulation
    if late_stop.random() < 0.15:
        # The endpoint is done while the test is still shown as Running, or as Stopping.
        known = known.changed({"endpoint_first_by": 300, "stop_shows_after": late_stop.choice([0, 500])})
    return known.changed({transition: timedelta(minutes=minutes) for transition, minutes in usual.items()})
