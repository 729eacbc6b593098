"""Which resource of which stack a life is about. A life may have two."""

from dataclasses import dataclass

from campaign.declarations import GIVEN_NAME
from simulation.cloudformation import INVENTED, LOGICAL_ID, STACK_ID
from simulation.declarations import ENDPOINT


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One experiment's resource.

    Attributes:
        generated: How the names begin that only this resource generates.
        invented: The physical id that CloudFormation makes up for it.
        given_name: The name that its author gives it, if any.
        first_request: Each request of a life has a number of its own.
    """

    stack_id: str = STACK_ID
    logical_id: str = LOGICAL_ID
    endpoint: str = ENDPOINT
    generated: str = "demo-shadowtest-"
    invented: str = INVENTED
    given_name: str = GIVEN_NAME
    first_request: int = 0

    @property
    def tags(self) -> dict[str, str]:
        """By which it knows an experiment for its own."""
        return {
            "sagemaker-inference-experiment:stack-id": self.stack_id,
            "sagemaker-inference-experiment:logical-id": self.logical_id,
        }


FIRST = Resource()
