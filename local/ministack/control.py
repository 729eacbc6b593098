"""The control API, ``/_local/…`` on the gateway: what a test or the demo changes or reads without calling AWS.

Requests and responses are JSON. The routes of SageMaker take ``account`` and ``region`` from the query string.

=========================== ======================================================================================
``GET  calls``              every call to SageMaker: operation, parameters, principal, code, instant
``GET  experiments``        every inference experiment, as Describe returns it
``GET  endpoints``          every endpoint, as Describe returns it
``POST faults``             add a fault: ``{"kind": "ErrorFault", …}`` with the fields of that class
``DELETE faults``           remove the faults that have not occurred
``GET  clock``              the time, and the speed of transitions
``POST clock``              ``{"advance": seconds}``
``POST behaviour``          change fields of ``Behaviour``, durations in seconds; ``{}`` only returns them
``GET  traffic``            the requests to the endpoints, and the responses of the models
``POST traffic``            set the same, with the fields of ``Traffic``; an omitted field has its default
``GET  custom-resources``   every CloudFormation request to a custom resource, with response and outcome
=========================== ======================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from local.ministack.custom_resources import CustomResources
from local.ministack.metrics import Metrics
from local.ministack.sagemaker_service import SageMakers
from local.sagemaker import CancelFault, ConnectionFault, ErrorFault, Fault, SageMaker, SilentRollback
from local.sagemaker.traffic import Traffic

_FAULTS: dict[str, Callable[..., Fault]] = {
    kind.__name__: kind for kind in (ErrorFault, ConnectionFault, CancelFault, SilentRollback)
}


class Control:
    def __init__(self, sagemakers: SageMakers, custom_resources: CustomResources, metrics: Metrics) -> None:
        self._sagemakers = sagemakers
        self._custom_resources = custom_resources
        self._metrics = metrics
        self._routes: dict[tuple[str, str], Callable[[SageMaker, dict[str, Any]], Any]] = {
            ("GET", "calls"): lambda sagemaker, _: [asdict(call) for call in sagemaker.record],
            ("GET", "experiments"): lambda sagemaker, _: sagemaker.experiments(),
            ("GET", "endpoints"): lambda sagemaker, _: sagemaker.endpoints(),
            ("POST", "faults"): lambda sagemaker, asked: sagemaker.faults.add(_fault(asked)),
            ("DELETE", "faults"): lambda sagemaker, _: sagemaker.faults.clear(),
            ("GET", "clock"): lambda _, __: self._clock(),
            ("POST", "clock"): self._advance,
            ("POST", "behaviour"): self._change_behaviour,
            ("GET", "traffic"): lambda sagemaker, _: asdict(self._metrics.traffic(sagemaker)),
            ("POST", "traffic"): self._set_traffic,
            ("GET", "custom-resources"): lambda _, __: self._custom_resources.requests(),
        }

    def handle(self, method: str, name: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        route = self._routes.get((method, name))
        if route is None:
            return 404, _written({"error": f"no {method} {name} here"})
        sagemaker = self._sagemakers.of(query.get("account", "123456789012"), query.get("region", "us-east-1"))
        try:
            return 200, _written(route(sagemaker, json.loads(body or b"{}")))
        except (KeyError, TypeError, ValueError) as error:
            return 400, _written({"error": f"{type(error).__name__}: {error}"})

    def _clock(self) -> dict[str, Any]:
        return {"now": self._sagemakers.clock.now(), "speed": self._sagemakers.clock.speed}

    def _advance(self, _: SageMaker, asked: dict[str, Any]) -> dict[str, Any]:
        self._sagemakers.clock.advance(asked["advance"])
        self._metrics.publish()
        return self._clock()

    def _set_traffic(self, sagemaker: SageMaker, asked: dict[str, Any]) -> dict[str, Any]:
        self._metrics.set_traffic(sagemaker, Traffic.read(asked))
        return asdict(self._metrics.traffic(sagemaker))

    def _change_behaviour(self, _: SageMaker, asked: dict[str, Any]) -> dict[str, Any]:
        self._sagemakers.behaviour = self._sagemakers.behaviour.changed(asked)
        return asdict(self._sagemakers.behaviour)


def _fault(asked: dict[str, Any]) -> Fault:
    fields = dict(asked)
    return _FAULTS[fields.pop("kind")](**fields)


def _written(answer: Any) -> bytes:
    return json.dumps(answer, default=_plain).encode()


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{value!r} can't be written as JSON")
