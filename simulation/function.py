"""Lambda's context object."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.sagemaker import Clock

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:provider"
TIMEOUT = timedelta(minutes=15)
"""The longest timeout of Lambda."""


@dataclass
class Context:
    """The context of an invocation, on a simulated clock."""

    clock: Clock
    timeout: timedelta = TIMEOUT
    aws_request_id: str = "invocation"
    invoked_function_arn: str = FUNCTION_ARN
    function_name: str = "provider"
    deadline: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = self.clock.now() + self.timeout

    def get_remaining_time_in_millis(self) -> int:
        return max(0, (self.deadline - self.clock.now()) // timedelta(milliseconds=1))
