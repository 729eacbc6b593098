"""A real boto3 client whose requests never leave the process.

botocore serializes, validates, signs, retries and parses as usual. Only the socket is missing. So a test gets the same
exceptions, retries and types as on AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.client import ClientMeta
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from local.sagemaker import wire
from local.sagemaker.errors import ConnectionLost
from local.sagemaker.service import SageMaker
from local.sessions import isolated_session

if TYPE_CHECKING:
    from boto3.session import Session


def boto3_client(service: SageMaker, *, retries: Mapping[str, Any] | None = None, principal: str = "") -> Any:
    """A SageMaker client that talks to this service. ``retries`` is botocore's setting; by default there are none."""
    client = _own_client(service.region, retries) if retries else _twin_of(_own_client_once(service.region))
    attach(client, service, principal=principal)
    return client


def _own_client(region: str, retries: Mapping[str, Any]) -> Any:
    config = Config(
        retries=dict(retries),
        # The signature and the user agent of such a request are never read, but take more time than the rest.
        signature_version=UNSIGNED,
        user_agent="local",
    )
    return _session(region).client("sagemaker", config=config)


@cache
def _own_client_once(region: str) -> Any:
    return _own_client(region, {"total_max_attempts": 1})


def _twin_of(client: Any) -> Any:
    """A copy of the client, whose requests can go to another service.

    For each client, botocore makes a method for each of SageMaker's 400 operations, and looks for the errors among its
    3,000 shapes. That takes as long as fifty calls, and almost every test needs a client.
    """
    meta, events = client.meta, copy(client.meta.events)
    twin = object.__new__(type(client))
    vars(twin).update(vars(client), _endpoint=copy(client._endpoint), _cache={})
    twin._endpoint._event_emitter = events
    twin.meta = ClientMeta(
        events, meta.config, meta.endpoint_url, meta.service_model, meta.method_to_api_mapping, meta.partition
    )
    return twin


@cache
def _session(region: str) -> Session:
    """One session for all clients, because creating a session takes as long as creating a client."""
    return isolated_session("local", "local", region=region)


def attach(client: Any, service: SageMaker, *, principal: str = "") -> None:
    """Makes an existing SageMaker client send its requests to this service."""

    def send(request: Any, **_: Any) -> AWSResponse:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        target = request.headers["X-Amz-Target"]
        try:
            answer = wire.handle(service, target if isinstance(target, str) else target.decode(), body, principal)
        except ConnectionLost as lost:
            if lost.performed:
                raise ConnectionClosedError(endpoint_url=request.url) from lost
            raise EndpointConnectionError(endpoint_url=request.url) from lost
        status, headers, content = answer
        return AWSResponse(request.url, status, headers, _Raw(content))

    client.meta.events.register("before-send.sagemaker", send)


class _Raw:
    """The part of urllib3's response that AWSResponse reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content
