"""SageMaker's protocol, AWS JSON 1.1: a target, a JSON body and, for instants, seconds since 1970."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationNotFoundError

from local.sagemaker.errors import Intercepted, ServiceError
from local.sagemaker.model import service_model
from local.sagemaker.service import SageMaker

HEADERS = {"Content-Type": "application/x-amz-json-1.1"}


def handle(service: SageMaker, target: str, body: bytes, principal: str = "") -> tuple[int, dict[str, str], bytes]:
    """Handles one request. Returns the status, the headers and the body."""
    try:
        answer = _answer(service, target.rpartition(".")[2], body, principal)
    except ServiceError as error:
        return error.status, dict(HEADERS), _written({"__type": error.code, "message": error.message})
    except Intercepted:
        return 200, {"Content-Type": "text/html"}, b"<html><body>Please sign in.</body></html>"
    return 200, dict(HEADERS), _written(answer)


def _answer(service: SageMaker, operation: str, body: bytes, principal: str) -> dict[str, Any]:
    try:
        shape = service_model().operation_model(operation).input_shape
    except OperationNotFoundError:
        raise ServiceError("UnknownOperationException", f"Unknown operation {operation}") from None
    try:
        asked = json.loads(body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", str(error)) from None
    if not isinstance(asked, dict):
        raise ServiceError("SerializationException", "The body of a request is a JSON object")
    return service.call(operation, read(shape, asked), principal=principal)


def read(shape: Any, value: Any) -> Any:
    """Converts a JSON value to Python. A value that does not fit its shape stays unchanged, for validation."""
    if shape.type_name == "timestamp" and isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: read(shape.members[k], v) if k in shape.members else v for k, v in value.items() if v is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [read(shape.member, member) for member in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {k: read(shape.value, v) for k, v in value.items()}
    return value


def _written(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, default=_instant).encode()


def _instant(value: object) -> float:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"{value!r} can't be written as JSON")
