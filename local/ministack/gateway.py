"""The ASGI application in front of MiniStack's own: the control API, ResponseURLs, and a fast shutdown."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from local.ministack.control import Control
from local.ministack.custom_resources import CustomResources

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_CONTROL = "/_local/"
_RESPONSE = "/_ministack/cfn-response/"
_ERROR = 400


class Gateway:
    def __init__(
        self,
        ministack: Application,
        control: Control,
        custom_resources: CustomResources,
    ) -> None:
        self._ministack = ministack
        self._control = control
        self._custom_resources = custom_resources

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "lifespan":
            await self._ministack(scope, receive, _ending_at_once(send))
        elif scope["type"] == "http" and path.startswith(_CONTROL):
            query = dict(parse_qsl(scope.get("query_string", b"").decode()))
            body = await _body(receive)
            await _respond(send, *self._control.handle(scope["method"], path.removeprefix(_CONTROL), query, body))
        elif scope["type"] == "http" and scope["method"] == "PUT" and path.startswith(_RESPONSE):
            # MiniStack parses the JSON without keeping its size, which AWS limits.
            known = self._custom_resources.receive(path.removeprefix(_RESPONSE), await _body(receive))
            await _respond(send, 200 if known else 403, b"")
        else:
            await self._ministack(scope, receive, _with_undated_errors(send))


def _with_undated_errors(send: Send) -> Send:
    """The SDK for JavaScript takes every error for one of the clock if its Date differs by more than four minutes, and
    repeats the call until it gives up, for 40 seconds. It ignores an error without a Date.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= _ERROR:
            message = {**message, "headers": [each for each in message["headers"] if each[0].lower() != b"date"]}
        await send(message)

    return sending


def _ending_at_once(send: Send) -> Send:
    """Once the server runs, SIGTERM ends it at once. It has no state to save. The regular shutdown would wait for
    pending custom resources, up to an hour, and for clients to close their connections.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
        await send(message)

    return sending


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def _respond(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
