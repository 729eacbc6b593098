"""What a status means: the one place where that is decided."""

from enum import Enum, StrEnum


class Phase(Enum):
    """What follows from a status, whatever it is called."""

    IN_TRANSITION = "in transition"
    """SageMaker is at work on the experiment, which comes to another status by itself."""
    AT_REST = "at rest"
    """It stays as it is until it is changed, or until its schedule says otherwise."""
    ENDED = "ended"
    """It never changes again. The endpoint may still have to be verified."""
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
"""How a test ends by a Stop or by its schedule. One that has ended otherwise is never as desired."""

_PHASES = {str(status): status.phase for status in Status}


def phase_of(status: str) -> Phase:
    """The phase of a status as SageMaker reports it."""
    return _PHASES.get(status, Phase.UNKNOWN)


ENDPOINT_IN_TRANSITION = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
"""``EndpointStatus``: what the endpoint serves can be judged once it is over."""
