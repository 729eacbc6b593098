"""A SageMaker with an endpoint in service, of ``local/``, called by its operations' names."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from local.sagemaker import Behaviour, ManualClock, SageMaker
from simulation.declarations import ROLE, shadow_mode, variant
from simulation.endpoints import create_endpoints, create_models

START = datetime(2030, 1, 1, tzinfo=UTC)


class World:
    """A SageMaker on a manual clock, with models, and the endpoint ``shop``."""

    def __init__(self, **behaviour: Any) -> None:
        self.clock = ManualClock(START)
        self.service = SageMaker(self.clock, behaviour=Behaviour(**behaviour))
        create_models(self.service)
        create_endpoints(self.service, "shop", config="shop-before")
        self.clock.advance(self.service.behaviour.endpoint_creating)
        self.start = self.clock.now()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.service.call(operation, parameters)

    def declaration(self, **changes: Any) -> dict[str, Any]:
        declaration = {
            "Name": "trial",
            "Type": "ShadowMode",
            "RoleArn": ROLE,
            "EndpointName": "shop",
            "ModelVariants": [variant("AllTraffic", "champion"), variant("Shadow-01", "challenger")],
            "ShadowModeConfig": shadow_mode(50),
        }
        return deepcopy(declaration | changes)

    def schedule(self, start: timedelta | None = None, *, end: timedelta) -> dict[str, datetime]:
        """Instants counted from when the endpoint came into service."""
        begins = {"StartTime": self.start + start} if start is not None else {}
        return {**begins, "EndTime": self.start + end}

    def create(self, **changes: Any) -> str:
        return str(self.call("CreateInferenceExperiment", **self.declaration(**changes))["InferenceExperimentArn"])

    def describe(self, name: str = "trial") -> dict[str, Any]:
        return self.call("DescribeInferenceExperiment", Name=name)

    def status(self, name: str = "trial") -> str:
        return str(self.describe(name)["Status"])

    def variant_statuses(self) -> dict[str, str]:
        return {each["VariantName"]: each["Status"] for each in self.describe()["ModelVariants"]}

    def endpoint(self) -> dict[str, Any]:
        return self.call("DescribeEndpoint", EndpointName="shop")

    def served(self) -> dict[str, Any]:
        """The configuration that the endpoint serves with."""
        return self.call("DescribeEndpointConfig", EndpointConfigName=self.endpoint()["EndpointConfigName"])

    def stop(self, **changes: Any) -> None:
        promote = {"Name": "trial", "ModelVariantActions": {"Shadow-01": "Promote", "AllTraffic": "Remove"}}
        self.call("StopInferenceExperiment", **(promote | changes))

    def reach(self, status: str) -> None:
        """Create an experiment and bring it to a status, as any caller would."""
        behaviour, scheduled = self.service.behaviour, self.schedule(timedelta(days=1), end=timedelta(days=3))
        at_once = status in ("Starting", "Running", "Stopping", "Completed", "Cancelled")
        self.create(**({} if at_once else {"Schedule": scheduled}))
        if status == "Creating":
            return
        self.clock.advance(behaviour.creating)
        if status == "Updating":
            self.call("UpdateInferenceExperiment", Name="trial", Description="changed")
        if status not in ("Running", "Stopping", "Completed", "Cancelled"):
            return
        self.clock.advance(behaviour.starting)
        if status == "Running":
            return
        desired = "Cancelled" if status == "Cancelled" else "Completed"
        self.stop(DesiredState=desired)
        if status != "Stopping":
            self.clock.advance(behaviour.stopping)
