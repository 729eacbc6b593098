"""The errors that SageMaker returns, with the codes that botocore converts to exceptions."""

from __future__ import annotations


class ServiceError(Exception):
    """An error response: its code, its message and its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class ConnectionLost(Exception):  # noqa: N818 (not an error of the service: there is no answer at all)
    """The caller gets no response. ``performed``: whether the call took effect anyway."""

    def __init__(self, *, performed: bool) -> None:
        super().__init__("the connection was lost")
        self.performed = performed


class Intercepted(Exception):  # noqa: N818 (as above)
    """A proxy responds instead of SageMaker, with its own page. ``performed``: as above."""

    def __init__(self, *, performed: bool) -> None:
        super().__init__("a proxy answered")
        self.performed = performed


def validation(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def conflict(message: str) -> ServiceError:
    return ServiceError("ConflictException", message)


def not_found(message: str) -> ServiceError:
    return ServiceError("ResourceNotFound", message)


def in_use(message: str) -> ServiceError:
    return ServiceError("ResourceInUse", message)
