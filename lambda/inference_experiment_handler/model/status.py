"""The meaning of each status. It is only defined here."""

from enum import Enum, StrEnum


class Phase(Enum):
    """The meaning of a status."""

    IN_TRANSITION = "in transition"
    """SageMaker is changing the experiment, which will have another status afterwards."""
    AT_REST = "at rest"
    """It stays as it is until a call or its schedule changes it."""
    ENDED = "ended"
    """It never changes again. The endpoint may still need verification."""
    UNKNOWN = "unknown"
    """SageMaker has a status that this version does not know."""


class Status(StrEnum):
    """``InferenceExperimentStatus``, each with its phase."""

    CREATING = "Creating", Phase.IN_TRANSITION
    CREATED = "Created", Phase.AT_REST
    UPDATING = "Updating", Phase.IN_TRANSITION
    STARTING = "Starting", Phase.IN_TRANSITION
    RUNNING = "Running", Phase.AT_REST
    STOPPING = "Stopping", Phase.IN_TRANSITION
    COMPLETED = "Completed", Phase.ENDED
    CANCELLED = "Cancelled", Phase.ENDED

    phase: Phase

    def __new__(cls, value: str, phase: Phase) -> "Status":
        status = str.__new__(cls, value)
        status._value_ = value
        status.phase = phase
        return status


REGULAR_ENDS = frozenset({Status.COMPLETED, Status.CANCELLED})
"""The statuses of a test that ended by a Stop or by its schedule. Any other end is never as desired."""

_PHASES = {str(status): status.phase for status in Status}


def phase_of(status: str) -> Phase:
    """The phase of a status as SageMaker reports it."""
    return _PHASES.get(status, Phase.UNKNOWN)


ENDPOINT_IN_TRANSITION = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
"""``EndpointStatus``: the statuses during which it is not known what the endpoint will serve."""
