"""The function's interfaces to everything outside of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inference_experiment_handler.client import CloudFormation, CloudWatch, SageMaker


class Context(Protocol):
    """The part of Lambda's context object that the handler uses."""

    invoked_function_arn: str
    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class Ports:
    """SageMaker, CloudFormation, CloudWatch, Lambda, the clock, and the delivery of the response.

    Attributes:
        sagemaker: Creates the client.
        cloudformation: Creates the client. An Update that changes nothing needs none.
        cloudwatch: Creates the client. Only a promotion with ``PromoteIf`` and a guardrail need one.
        invoke: Invokes a function by its ARN, asynchronously, with a payload.
        now: The current time, with a time zone.
        sleep: Waits for a number of seconds.
        deliver: Sends the body of the response to its address. ``False``: it was not accepted, and a retry may help.
        poll_seconds: The interval at which a waiting request observes again.
        random: A number from 0 to 1, so that waiting requests do not observe at the same time.
    """

    sagemaker: Callable[[], SageMaker]
    cloudformation: Callable[[], CloudFormation]
    cloudwatch: Callable[[], CloudWatch]
    invoke: Callable[[str, bytes], None]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    deliver: Callable[[str, bytes], bool]
    poll_seconds: float
    random: Callable[[], float]
