"""The role that SageMaker assumes: made if none is given, and what is granted to it."""

from aws_cdk import Stack, aws_iam
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct

_STORE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

CAPTURE_KEY_ACTIONS = _STORE
"""To write encrypted objects; ``Decrypt`` because S3 asks for it where an upload has several parts."""

VOLUME_KEY_ACTIONS = (*_STORE, "kms:CreateGrant", "kms:DescribeKey")
"""To encrypt the instances' volumes: the machines that mount them get the key by a grant, which SageMaker creates."""


def execution_role(scope: Construct) -> aws_iam.Role:
    """A role as AWS's guide has it for shadow tests: SageMaker may assume it, and ``AmazonSageMakerFullAccess``.

    AWS publishes no list of what the role of an experiment needs. SageMaker reads the models under it, makes endpoint
    configurations, and updates the endpoint: some of it when the test starts, some of it only when the test ends, so a
    shorter list that was tried on a start alone could leave a shadow variant that can't be taken off. What that policy
    leaves out, keys and buckets without ``sagemaker`` in their names, is granted where it is declared.
    """
    return aws_iam.Role(
        scope,
        "Role",
        assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com"),
        description="Runs a SageMaker inference experiment",
        managed_policies=[aws_iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSageMakerFullAccess")],
    )


def grantee(role: aws_iam.IRole, scope: Construct) -> aws_iam.IRole:
    """The role, so that what is granted to it comes to stand in the scope's own stack.

    In the role's stack the policy would refer to buckets and keys of this one, which refers to the role: a cycle. An
    imported role has its policies where it was imported to.
    """
    if not isinstance(role, aws_iam.Role) or Stack.of(role) is Stack.of(scope):
        return role
    return aws_iam.Role.from_role_arn(scope, "GrantedRole", role.role_arn)


def grant_key(key: IKeyRef | str | None, grantee: aws_iam.IGrantable, *actions: str) -> None:
    """Grants what can be granted on this key: nothing if it is only named."""
    if key is None or isinstance(key, str):
        return
    if hasattr(key, "grant"):
        # An IKey grants by its own policy too, where the grantee's is not enough.
        key.grant(grantee, *actions)
    else:
        aws_iam.Grant.add_to_principal(grantee=grantee, actions=list(actions), resource_arns=[key.key_ref.key_arn])
