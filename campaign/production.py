"""The effect of the handler's calls on production. Only a promotion may change it, even if others have updated the
endpoint.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.sagemaker import SageMaker

_JUST_NOW = timedelta(seconds=10)
"""The handler can't know about a scaling between its read and its call."""


class ProductionWatch:
    """Compares an endpoint before and after each call."""

    def __init__(self, service: SageMaker, endpoint: str) -> None:
        self._service, self._endpoint_name = service, endpoint
        self.scaled_at: datetime | None = None
        """When someone has last scaled the endpoint."""
        self.on_violation: Callable[[str], None] = lambda _: None

    def watch(
        self, operation: str, arguments: Mapping[str, Any], perform: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        before, pending = self._served(), self._pending()
        answer = perform()
        after = self._pending()
        if after is None or after == pending or "Promote" in arguments.get("ModelVariantActions", {}).values():
            return answer
        for name, (model, count) in before.items():
            will_serve, will_have = after.get(name, ("nothing", 0))
            scaled = self.scaled_at is not None and self._service.clock.now() - self.scaled_at < _JUST_NOW
            if will_serve != model or (will_have < count and not scaled):
                self.on_violation(
                    f"{operation}: {name} serves {model} on {count}, will serve {will_serve} on {will_have}"
                )
        return answer

    def _served(self) -> dict[str, tuple[str, int]]:
        endpoint = self._endpoint()
        models = self._models(endpoint["EndpointConfigName"]) if endpoint else {}
        variants = endpoint.get("ProductionVariants", ())
        return {
            each["VariantName"]: (models[each["VariantName"]][0], each["DesiredInstanceCount"]) for each in variants
        }

    def _pending(self) -> dict[str, tuple[str, int]] | None:
        """What the endpoint will serve after the deployment in progress."""
        pending = self._endpoint().get("PendingDeploymentSummary")
        return self._models(pending["EndpointConfigName"]) if pending else None

    def _models(self, config: str) -> dict[str, tuple[str, int]]:
        described = self._service.call("DescribeEndpointConfig", {"EndpointConfigName": config})
        variants = described["ProductionVariants"]
        return {each["VariantName"]: (each["ModelName"], each["InitialInstanceCount"]) for each in variants}

    def _endpoint(self) -> dict[str, Any]:
        return next((each for each in self._service.endpoints() if each["EndpointName"] == self._endpoint_name), {})
