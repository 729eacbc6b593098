"""Endpoints. Each serves one configuration, and takes some time to deploy another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.sagemaker.behaviour import Behaviour
from local.sagemaker.clock import Clock
from local.sagemaker.endpoint_configs import EndpointConfig, EndpointConfigs
from local.sagemaker.errors import validation
from local.sagemaker.names import Arns, key


@dataclass(frozen=True)
class Deployment:
    """A deployment of a configuration in progress. ``rolls_back``: it is rolled back without a message."""

    config: EndpointConfig
    started: datetime
    due: datetime
    rolls_back: bool = False


@dataclass
class Endpoint:
    name: str
    arn: str
    config: EndpointConfig
    created: datetime
    modified: datetime
    status: str
    deployment: Deployment | None = None
    gone_at: datetime | None = None
    scaled: dict[str, int] = field(default_factory=dict)
    """The instance counts of variants that were scaled since the configuration was deployed."""

    @property
    def due(self) -> datetime | None:
        return self.gone_at or (self.deployment.due if self.deployment else None)

    def take_up(self, config: EndpointConfig, started: datetime, due: datetime, *, rolls_back: bool = False) -> None:
        self.status = "Updating"
        self.modified = started
        self.deployment = Deployment(config, started, due, rolls_back)

    def arrive(self, deployment: Deployment) -> None:
        """Ends a deployment."""
        self.serve(self.config if deployment.rolls_back else deployment.config, deployment.due)

    def serve(self, config: EndpointConfig, at: datetime) -> None:
        self.config = config
        self.scaled = {}
        self.status = "InService"
        self.modified = at
        self.deployment = None

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "EndpointName": self.name,
            "EndpointArn": self.arn,
            "EndpointConfigName": self.config.name,
            "EndpointStatus": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }
        if self.status != "Creating":
            described |= _summaries(self.config, self.scaled, deployed=True)
        if capture := self.config.declared.get("DataCaptureConfig"):
            described["DataCaptureConfig"] = {
                "EnableCapture": capture.get("EnableCapture", False),
                "CaptureStatus": "Started" if capture.get("EnableCapture", False) else "Stopped",
                "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
                "DestinationS3Uri": capture["DestinationS3Uri"],
                "KmsKeyId": capture.get("KmsKeyId", ""),
            }
        if self.deployment:
            described["PendingDeploymentSummary"] = {
                "EndpointConfigName": self.deployment.config.name,
                "StartTime": self.deployment.started,
                **_summaries(self.deployment.config, {}, deployed=False),
            }
        return described


class Endpoints:
    def __init__(self, arns: Arns, configs: EndpointConfigs, clock: Clock) -> None:
        self._arns = arns
        self._configs = configs
        self._clock = clock
        self._by_key: dict[str, Endpoint] = {}

    def create(self, parameters: Mapping[str, Any], behaviour: Behaviour) -> Endpoint:
        name, now = parameters["EndpointName"], self._clock.now()
        arn = self._arns.of("endpoint", name)
        if key(name) in self._by_key:
            raise validation(f'Cannot create already existing endpoint "{arn}".')
        config = self._configs.get(parameters["EndpointConfigName"])
        endpoint = Endpoint(name, arn, config, now, now, "Creating")
        endpoint.deployment = Deployment(config, now, now + self._clock.scaled(behaviour.endpoint_creating))
        self._by_key[key(name)] = endpoint
        return endpoint

    def get(self, name: str) -> Endpoint:
        if key(name) not in self._by_key:
            raise validation(f'Could not find endpoint "{self._arns.of("endpoint", name)}".')
        return self._by_key[key(name)]

    def find(self, name: str) -> Endpoint | None:
        return self._by_key.get(key(name))

    def all(self) -> list[Endpoint]:
        return list(self._by_key.values())

    def update(self, parameters: Mapping[str, Any], behaviour: Behaviour) -> Endpoint:
        endpoint, now = self.get(parameters["EndpointName"]), self._clock.now()
        if endpoint.status != "InService":
            raise validation(f'Cannot update in-progress endpoint "{endpoint.arn}".')
        config = self._configs.get(parameters["EndpointConfigName"])
        endpoint.take_up(config, now, now + self._clock.scaled(behaviour.endpoint_updating))
        return endpoint

    def scale(self, parameters: Mapping[str, Any]) -> Endpoint:
        """UpdateEndpointWeightsAndCapacities, as autoscaling calls it. It takes no time here."""
        endpoint = self.get(parameters["EndpointName"])
        if endpoint.status != "InService":
            raise validation(f'Cannot update in-progress endpoint "{endpoint.arn}".')
        for wanted in parameters["DesiredWeightsAndCapacities"]:
            if not endpoint.config.serves(wanted["VariantName"]):
                raise validation(f"Endpoint {endpoint.arn} has no variant {wanted['VariantName']}.")
            if "DesiredInstanceCount" in wanted:
                endpoint.scaled[wanted["VariantName"]] = wanted["DesiredInstanceCount"]
        return endpoint

    def delete(self, name: str, behaviour: Behaviour) -> None:
        endpoint, now = self.get(name), self._clock.now()
        if endpoint.status in ("Creating", "Updating", "Deleting"):
            raise validation(f'Cannot delete in-progress endpoint "{endpoint.arn}".')
        endpoint.status = "Deleting"
        endpoint.modified = now
        endpoint.gone_at = now + self._clock.scaled(behaviour.endpoint_deleting)

    def due(self) -> list[tuple[datetime, Endpoint]]:
        return [(endpoint.due, endpoint) for endpoint in self._by_key.values() if endpoint.due]

    def move(self, endpoint: Endpoint) -> None:
        """Applies what is due for this endpoint."""
        if endpoint.gone_at:
            del self._by_key[key(endpoint.name)]
        elif endpoint.deployment:
            endpoint.arrive(endpoint.deployment)


def _summaries(config: EndpointConfig, scaled: Mapping[str, int], *, deployed: bool) -> dict[str, Any]:
    summaries = {"ProductionVariants": [_summary(variant, scaled, deployed=deployed) for variant in config.production]}
    if config.shadows:
        summaries["ShadowProductionVariants"] = [
            _summary(variant, scaled, deployed=deployed) for variant in config.shadows
        ]
    return summaries


def _summary(variant: Mapping[str, Any], scaled: Mapping[str, int], *, deployed: bool) -> dict[str, Any]:
    weight = variant.get("InitialVariantWeight", 1.0)
    count = scaled.get(variant["VariantName"], variant.get("InitialInstanceCount", 0))
    summary = {"VariantName": variant["VariantName"], "DesiredWeight": weight, "DesiredInstanceCount": count}
    if deployed:
        return summary | {"CurrentWeight": weight, "CurrentInstanceCount": count}
    return summary | ({"InstanceType": variant["InstanceType"]} if "InstanceType" in variant else {})
