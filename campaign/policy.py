"""What IAM lets the function's role change."""

from dataclasses import dataclass, field

from inference_experiment_handler.model.operations import NEED_OWNER_TAGS, START, STOP, UPDATE
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from local.sagemaker import SageMaker


@dataclass
class Policy:
    """The role's policy: experiments that bear the tag of one of its stacks, and what may be taken over.

    Attributes:
        stacks: The ids of the stacks that the function serves.
        adopted: The names of the experiments that may be taken over, in lower case.
    """

    stacks: set[str]
    adopted: set[str] = field(default_factory=set)

    def allows(self, operation: str, name: str, service: SageMaker) -> bool:
        if operation not in NEED_OWNER_TAGS:
            return True
        if operation in (UPDATE, START, STOP) and name.lower() in self.adopted:
            return True
        tags = service.tags_by_arn()
        live = [each for each in service.experiments() if each["Name"].casefold() == name.casefold()]
        return all(tags.get(each["Arn"], {}).get(STACK_TAG) in self.stacks for each in live)
