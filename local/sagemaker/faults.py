"""Faults that can be injected, and when they occur. Each fault is consumed in the order in which it was added.

* ``ErrorFault``: the next calls of an operation fail. ``after=True``: the call takes effect, but the caller gets the
  error.
* ``ConnectionFault``: the same without a response.
* ``ProxyFault``: the same with the page of a proxy instead of the response.
* ``CancelFault``: an experiment becomes Cancelled when it next has a given status, as if an operation of SageMaker
  failed.
* ``SilentRollback``: the endpoint update of the next Stop is rolled back without a message.
* ``Hook``: a function of a test that is called before or after an operation, to change something that the caller does
  not see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.sagemaker.errors import ConnectionLost, Intercepted, ServiceError

if TYPE_CHECKING:
    from local.sagemaker.calls import Call


@dataclass(frozen=True)
class ErrorFault:
    operation: str
    code: str
    message: str = "injected fault"
    status: int = 400
    times: int = 1
    after: bool = False


@dataclass(frozen=True)
class ConnectionFault:
    operation: str
    times: int = 1
    after: bool = False


@dataclass(frozen=True)
class ProxyFault:
    operation: str
    times: int = 1
    after: bool = False


@dataclass(frozen=True)
class CancelFault:
    """``experiment=None``: the first experiment that has that status."""

    status: str
    reason: str
    experiment: str | None = None


@dataclass(frozen=True)
class SilentRollback:
    experiment: str | None = None


@dataclass(frozen=True)
class Hook:
    """``operation=None``: every operation. ``times=None``: always."""

    function: Callable[[Call], object]
    operation: str | None = None
    after: bool = False
    times: int | None = 1


Fault = ErrorFault | ConnectionFault | ProxyFault | CancelFault | SilentRollback | Hook


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        self._waiting.extend(faults)

    def clear(self) -> None:
        self._waiting.clear()

    def strike(self, call: Call, *, after: bool) -> None:
        """Runs the hooks before or after a call, and then raises the fault that is due."""
        for hook in [fault for fault in self._waiting if isinstance(fault, Hook)]:
            if hook.after == after and hook.operation in (None, call.operation):
                self._use_up(hook)
                hook.function(call)
        for fault in self._waiting:
            if isinstance(fault, ErrorFault | ConnectionFault | ProxyFault) and (fault.operation, fault.after) == (
                call.operation,
                after,
            ):
                self._use_up(fault)
                if isinstance(fault, ConnectionFault):
                    raise ConnectionLost(performed=after)
                if isinstance(fault, ProxyFault):
                    raise Intercepted(performed=after)
                raise ServiceError(fault.code, fault.message, fault.status)

    def cancellation(self, experiment: str, status: str) -> CancelFault | None:
        """The fault for this experiment in this status."""
        for fault in self._waiting:
            if isinstance(fault, CancelFault) and fault.status == status and fault.experiment in (None, experiment):
                return fault
        return None

    def happened(self, fault: CancelFault) -> None:
        self._waiting.remove(fault)

    def takes_silent_rollback(self, experiment: str) -> bool:
        for fault in self._waiting:
            if isinstance(fault, SilentRollback) and fault.experiment in (None, experiment):
                self._waiting.remove(fault)
                return True
        return False

    def _use_up(self, fault: ErrorFault | ConnectionFault | ProxyFault | Hook) -> None:
        position = self._waiting.index(fault)
        if fault.times is None:
            return
        if fault.times > 1:
            self._waiting[position] = replace(fault, times=fault.times - 1)
        else:
            del self._waiting[position]
