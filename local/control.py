"""The client of the control API. ``local.ministack.control`` describes each request."""

from __future__ import annotations

import json
import ssl
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from local.sagemaker import CancelFault, ConnectionFault, ErrorFault, SilentRollback
from local.sagemaker.traffic import Traffic

_PATIENCE = 60.0
"""If a year passes at once, thousands of metrics are published."""


class ControlClient:
    """What a test changes without calling AWS, in one account and region."""

    def __init__(self, url: str, authority: Path, account: str, region: str) -> None:
        self._url = url
        self._scope = urlencode({"account": account, "region": region})
        self._tls = ssl.create_default_context(cafile=str(authority))

    def calls(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls to SageMaker so far, of one operation or of all."""
        calls: list[dict[str, Any]] = self._ask("GET", "calls")
        return [call for call in calls if operation in (None, call["operation"])]

    def experiments(self) -> list[dict[str, Any]]:
        experiments: list[dict[str, Any]] = self._ask("GET", "experiments")
        return experiments

    def endpoints(self) -> list[dict[str, Any]]:
        endpoints: list[dict[str, Any]] = self._ask("GET", "endpoints")
        return endpoints

    def add_fault(self, fault: ErrorFault | ConnectionFault | CancelFault | SilentRollback) -> None:
        self._ask("POST", "faults", {"kind": type(fault).__name__, **asdict(fault)})

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def now(self) -> str:
        return str(self._ask("GET", "clock")["now"])

    def advance(self, by: float | timedelta) -> None:
        self._ask("POST", "clock", {"advance": by.total_seconds() if isinstance(by, timedelta) else by})

    def behaviour(self, **changes: Any) -> dict[str, Any]:
        """Changes fields of ``Behaviour``. Returns all fields, with durations in seconds."""
        seconds = {k: v.total_seconds() if isinstance(v, timedelta) else v for k, v in changes.items()}
        behaviour: dict[str, Any] = self._ask("POST", "behaviour", seconds)
        return behaviour

    def traffic(self, traffic: Traffic) -> None:
        """Sets the requests to all endpoints from now on, and the responses of the models. At first, there are no
        requests.
        """
        self._ask("POST", "traffic", asdict(traffic))

    def custom_resources(self, logical_id: str | None = None) -> list[dict[str, Any]]:
        """CloudFormation's requests to custom resources so far, of one resource or of all."""
        requests: list[dict[str, Any]] = self._ask("GET", "custom-resources")
        return [each for each in requests if logical_id in (None, each["event"]["LogicalResourceId"])]

    def _ask(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self._url}/_local/{name}?{self._scope}"
        request = Request(url, method=method, data=None if body is None else json.dumps(body).encode())
        with urlopen(request, context=self._tls, timeout=_PATIENCE) as answer:
            return json.load(answer)
