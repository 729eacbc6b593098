"""The role that SageMaker assumes, where none is given."""

from aws_cdk import PhysicalName, Stack, aws_iam
from constructs import Construct

_ID = "SageMakerInferenceExperimentRole"


def execution_role(scope: Construct) -> aws_iam.Role:
    """The role of the stack's experiments, made with the first call, as AWS's guide has it for shadow tests.

    SageMaker may assume it, and it has ``AmazonSageMakerFullAccess``: AWS publishes no list of what the role of an
    experiment needs. SageMaker reads the models under it, makes endpoint configurations, and updates the endpoint: some
    of it when the test starts, some of it only when the test ends, so a shorter list that was tried on a start alone
    could leave a shadow variant that can't be taken off. What that policy leaves out, keys and buckets without
    ``sagemaker`` in their names, is granted where it is declared.

    One a stack: each role that the function may pass lengthens the function's own policies.
    """
    stack = Stack.of(scope)
    existing = stack.node.try_find_child(_ID)
    if isinstance(existing, aws_iam.Role):
        return existing
    return aws_iam.Role(
        stack,
        _ID,
        # Buckets and keys of other accounts name it in their own policies.
        role_name=PhysicalName.GENERATE_IF_NEEDED,
        assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
        description="Runs SageMaker inference experiments",
        managed_policies=[aws_iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSageMakerFullAccess")],
    )
