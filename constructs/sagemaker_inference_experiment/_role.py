"""The role that SageMaker assumes: the given one, or the one of the stack."""

from aws_cdk import PhysicalName, Stack, aws_iam

from sagemaker_inference_experiment._ask_once import ask_once

_ID = "SageMakerInferenceExperimentRole"


@ask_once
def execution_role(stack: Stack) -> aws_iam.Role:
    """The role of the stack's experiments for which none is given, as AWS's guide describes it for shadow tests.

    SageMaker can assume it, and it has ``AmazonSageMakerFullAccess``. AWS does not document which permissions an
    experiment needs: under this role SageMaker reads the models, creates endpoint configurations and updates the
    endpoint, partly when the test starts and partly when it ends. A shorter list of permissions could allow the start
    and deny the end, and leave a shadow variant that can't be removed. ``AmazonSageMakerFullAccess`` does not cover
    keys, or buckets without ``sagemaker`` in their names. The experiments that declare them grant access to them.

    There is one role for each stack, because each role that the function may pass makes the function's policies longer.
    """
    existing = stack.node.try_find_child(_ID)
    if isinstance(existing, aws_iam.Role):
        return existing
    return aws_iam.Role(
        stack,
        _ID,
        # Policies of buckets and keys in other accounts need a name that is known at synth.
        role_name=PhysicalName.GENERATE_IF_NEEDED,
        assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
        description="Runs SageMaker inference experiments",
        managed_policies=[aws_iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSageMakerFullAccess")],
    )


@ask_once
def role_arn(role: aws_iam.IRole) -> str:
    """The role's ARN, which may be a token."""
    return role.role_arn


@ask_once
def role_account(role: aws_iam.IRole) -> str | None:
    """The role's account, which may be a token."""
    return role.principal_account
