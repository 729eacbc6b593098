"""SageMaker's metrics in MiniStack's CloudWatch, by the clock of the local AWS.

Due metrics are written at the next call to CloudWatch, and when the clock is advanced.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import formatdate
from typing import Any

from ministack import app
from ministack.core import sigv4
from ministack.core.responses import request_scope
from ministack.services import cloudwatch

from local.ministack.sagemaker_service import SageMakers
from local.sagemaker import Clock, SageMaker
from local.sagemaker.publisher import Publisher
from local.sagemaker.traffic import Datum, Traffic

_SERVICE = "monitoring"
_KEPT = timedelta(days=455)

Handler = Callable[..., Awaitable[Any]]


class Metrics:
    """The traffic of each account and region, and its metrics."""

    def __init__(self, sagemakers: SageMakers) -> None:
        self._sagemakers = sagemakers
        self._publishers: dict[tuple[str, str], Publisher] = {}

    def traffic(self, sagemaker: SageMaker) -> Traffic:
        publisher = self._publishers.get((sagemaker.account, sagemaker.region))
        return publisher.traffic if publisher else Traffic()

    def set_traffic(self, sagemaker: SageMaker, traffic: Traffic) -> None:
        """Sets the traffic from now on."""
        sagemaker.settle()
        scope = (sagemaker.account, sagemaker.region)
        if scope not in self._publishers:
            self._publishers[scope] = Publisher(sagemaker)
        self._publishers[scope].traffic = traffic

    def publish(self) -> None:
        """Writes the due metrics, and lets CloudWatch evaluate its alarms."""
        for (account, region), publisher in self._publishers.items():
            with request_scope(account, region):
                for datum in publisher.due():
                    _store(datum)
                cloudwatch._evaluate_all_alarms()


class _Time:
    """Replaces the module ``time``, of which CloudWatch uses one function."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def time(self) -> float:
        return self._clock.now().timestamp()


def install(metrics: Metrics, clock: Clock) -> None:
    local = _Time(clock)
    cloudwatch.time = local
    cloudwatch.TWO_WEEKS_SECONDS = int(_KEPT.total_seconds())
    cloudwatch._evaluate_alarm = _of_its_own_metric(cloudwatch._evaluate_alarm)
    # The Date header of every response, from which a client takes the time of AWS.
    app.formatdate = lambda **named: formatdate(local.time(), **named)
    # Some clients adjust their clock to it and others do not, so signatures have different times.
    sigv4.request_time_failure = lambda signature, *, now=None: None  # noqa: ARG005
    app.SERVICE_HANDLERS[_SERVICE] = _publishing(app.SERVICE_HANDLERS[_SERVICE], metrics)


def _publishing(original: Handler, metrics: Metrics) -> Handler:
    async def handle(*arguments: Any, **named: Any) -> Any:
        metrics.publish()
        return await original(*arguments, **named)

    return handle


def _of_its_own_metric(original: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """MiniStack's alarms evaluate all metrics of a name, regardless of dimensions: both variants together."""

    def evaluate(alarm: dict[str, Any]) -> None:
        dimensions = cloudwatch._dims_key({each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()})
        every = cloudwatch._metrics
        cloudwatch._metrics = {key: points for key, points in every.items() if key[-1] == dimensions}
        try:
            original(alarm)
        finally:
            cloudwatch._metrics = every

    return evaluate


def _store(datum: Datum) -> None:
    dimensions = {"EndpointName": datum.variant.endpoint, "VariantName": datum.variant.name}
    cloudwatch._store_datum(
        datum.namespace,
        datum.metric_name,
        dimensions,
        datum.instant.timestamp(),
        datum.unit,
        None,
        datum.values,
        datum.counts,
        None,
    )
