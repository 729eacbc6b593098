"""The resource of a life, and its stack. A life may have two resources."""

from dataclasses import dataclass

from campaign.declarations import GIVEN_NAME
from simulation.cloudformation import INVENTED, LOGICAL_ID, STACK_ID
from simulation.declarations import ENDPOINT


@dataclass(frozen=True, kw_only=True)
class Resource:
    """The resource of one experiment.

    Attributes:
        generated: The beginning of the names that only this resource generates.
        invented: The physical ID that CloudFormation generates for it.
        given_name: The name that its author declares, if any.
        first_request: The number of its first request. Numbers are unique in a life.
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
        """The tags that mark an experiment as its own."""
        return {
            "sagemaker-inference-experiment:stack-id": self.stack_id,
            "sagemaker-inference-experiment:logical-id": self.logical_id,
        }


FIRST = Resource()
