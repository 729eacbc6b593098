"""Everything outside the function, as the rest of it sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inference_experiment_handler.client import CloudFormation, SageMaker


class Context(Protocol):
    """The part of Lambda's context object that is used."""

    invoked_function_arn: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class Ports:
    """SageMaker, CloudFormation, Lambda, the clock, and the way back to CloudFormation.

    Attributes:
        sagemaker: Makes the client.
        cloudformation: Makes the client; an Update that changes nothing needs none.
        invoke: Invokes a function by its ARN, asynchronously, with that payload.
        now: The present time, with a time zone.
        sleep: Waits for so many seconds.
        deliver: Puts an answer's body to its address. ``False``: it was not taken, and trying once more may help.
        poll_seconds: How often a waiting request observes again.
        random: A number from 0 to 1, so that requests which wait at once do not observe in step.
    """

    sagemaker: Callable[[], SageMaker]
    cloudformation: Callable[[], CloudFormation]
    invoke: Callable[[str, bytes], None]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    deliver: Callable[[str, bytes], bool]
    poll_seconds: float
    random: Callable[[], float]
