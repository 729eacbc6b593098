"""What IAM allows the function's role to change."""

from dataclasses import dataclass, field

from inference_experiment_handler.model.operations import NEED_OWNER_TAGS, START, STOP, UPDATE
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from local.sagemaker import SageMaker


@dataclass
class Policy:
    """The role's policy. It allows experiments with the tag of one of its stacks, and experiments that may be taken
    over.

    Attributes:
        stacks: The IDs of the stacks that the function serves.
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
        live = service.experiment(name)
        return live is None or tags.get(live["Arn"], {}).get(STACK_TAG) in self.stacks
