"""SageMaker behind MiniStack's gateway: one state machine for each account and region, all on one clock."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

from ministack.core.iam_evaluator import request_caller_arn
from ministack.core.responses import get_account_id, get_region

from local.ministack import iam
from local.sagemaker import Behaviour, ConnectionLost, SageMaker, SystemClock, wire

Response = tuple[int, dict[str, str], bytes]


class SageMakers:
    """The SageMaker of every account and region. Each is created at its first use."""

    def __init__(self, clock: SystemClock) -> None:
        self.clock = clock
        self._behaviour = Behaviour()
        self._by_scope: dict[tuple[str, str], SageMaker] = {}
        self._lock = threading.Lock()

    def of(self, account: str, region: str) -> SageMaker:
        with self._lock:
            scope = (account, region)
            if scope not in self._by_scope:
                sagemaker = SageMaker(self.clock, account=account, region=region, behaviour=self._behaviour)
                sagemaker.can_assume = partial(iam.sagemaker_can_assume, account)
                self._by_scope[scope] = sagemaker
            return self._by_scope[scope]

    def here(self) -> SageMaker:
        """The SageMaker of the current request or stack operation."""
        return self.of(get_account_id(), get_region())

    @property
    def behaviour(self) -> Behaviour:
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        with self._lock:
            self._behaviour = behaviour
            for service in self._by_scope.values():
                service.behaviour = behaviour

    async def handle_request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Response:
        """MiniStack's interface to a service. The caller's permission for the action is already checked."""
        del method, path
        target = headers.get("x-amz-target", "")
        denied = iam.denied_besides(target.rpartition(".")[2], _asked(body), headers, query_params)
        if denied:
            return denied
        try:
            return wire.handle(self.here(), target, body, request_caller_arn(headers, query_params))
        except ConnectionLost:
            # The gateway can't drop a connection, so a lost connection is a 504 of the gateway.
            return 504, {"Content-Type": "application/x-amz-json-1.1"}, b""

    def tagged(self) -> list[tuple[str, list[dict[str, str]]]]:
        """Every ARN with its tags, for MiniStack's tagging service."""
        return [
            (arn, [{"Key": key, "Value": value} for key, value in tags.items()])
            for arn, tags in self.here().tags_by_arn().items()
        ]


def _asked(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}
