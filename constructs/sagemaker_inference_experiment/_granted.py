"""What is granted to the role that SageMaker assumes, and in which policy it stands."""

import json
from hashlib import sha256

import jsii
from aws_cdk import Names, Stack, aws_iam
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct, IConstruct

_STORE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

CAPTURE_KEY_ACTIONS = _STORE
"""To write encrypted objects; ``Decrypt`` because S3 asks for it where an upload has several parts."""

VOLUME_KEY_ACTIONS = (*_STORE, "kms:CreateGrant", "kms:DescribeKey")
"""To encrypt the instances' volumes: the machines that mount them get the key by a grant, which SageMaker creates."""


@jsii.implements(aws_iam.IPrincipal)
class RoleGrant(Construct):
    """A role as a grantee, with what it is granted in a policy that stands in the scope's stack, not in the role's."""

    def __init__(self, scope: Construct, id: str, role: aws_iam.IRole) -> None:
        super().__init__(scope, id)
        self._role = role
        # A role has one inline policy of a name, and is the same in all regions: so may be the names of stacks.
        name = f"{Names.unique_resource_name(self, max_length=100)}-{Stack.of(self).region}"
        self._policy = aws_iam.Policy(self, "Policy", policy_name=name)
        role.attach_inline_policy(self._policy)
        # By this CDK tells grantees of the app, whose stack, account and region count, from imported ones.
        self.node.default_child = self._policy.node.default_child

    @property
    def changes_role(self) -> bool:
        """Whether the role took the policy: an imported one need not."""
        policy = self._policy.node.default_child
        return isinstance(policy, aws_iam.CfnPolicy) and bool(Stack.of(self).resolve(policy.roles))

    @property
    def grant_principal(self) -> aws_iam.IPrincipal:
        return self

    @property
    def assume_role_action(self) -> str:
        return self._role.assume_role_action

    @property
    def policy_fragment(self) -> aws_iam.PrincipalPolicyFragment:
        return self._role.policy_fragment

    @property
    def principal_account(self) -> str | None:
        return self._role.principal_account

    def add_to_principal_policy(self, statement: aws_iam.PolicyStatement) -> aws_iam.AddToPrincipalPolicyResult:
        self._policy.add_statements(statement)
        return aws_iam.AddToPrincipalPolicyResult(statement_added=True, policy_dependable=self._policy)


Grantee = aws_iam.IRole | RoleGrant


def grantee(role: aws_iam.IRole, experiment: Construct, *what: str) -> Grantee:
    """Whom to grant something, so that the role may do it for as long as an experiment of the stack needs it.

    In the role's stack the policy would refer to buckets and keys of this one, which refers to the role: a cycle. A
    policy for each experiment would repeat what several need, and a role's policies have 10,240 characters in all. One
    for all of them would be shortened before an experiment that is taken out is ended: CloudFormation updates first and
    deletes last. So there is a policy for each thing that is granted.

    Args:
        role: The role.
        experiment: What needs it.
        what: What is to be granted, in words that tell it from other things.
    """
    stack = Stack.of(experiment)
    told = json.dumps([role.node.addr, *stack.resolve(list(what))])
    return _grant(stack, f"SageMakerInferenceExperimentGrant{sha256(told.encode()).hexdigest()[:8]}", role)


def apart(to: aws_iam.IGrantable, experiment: IConstruct) -> aws_iam.IGrantable:
    """The grantee of something on the experiment, so that the experiment does not have to be made after that.

    What its own role may do on it would be among the policies that it needs, and need it itself.
    """
    role = getattr(experiment, "role", None)
    if not isinstance(experiment, Construct) or role is None:
        return to
    own = getattr(to.grant_principal, "role_arn", None) == role.role_arn
    return _grant(experiment, "OwnRole", role) if own else to


def grant_key(key: IKeyRef | str | None, role: aws_iam.IRole, experiment: Construct, *actions: str) -> list[Grantee]:
    """Grants what can be granted on this key, nothing if it is only named; returns to whom."""
    if key is None or isinstance(key, str):
        return []
    to = grantee(role, experiment, key.node.addr, *actions)
    if hasattr(key, "grant"):
        # An IKey grants by its own policy too, where the grantee's is not enough.
        key.grant(to, *actions)
    else:
        aws_iam.Grant.add_to_principal(grantee=to, actions=list(actions), resource_arns=[key.key_ref.key_arn])
    return [to]


def _grant(scope: Construct, id: str, role: aws_iam.IRole) -> Grantee:
    existing = scope.node.try_find_child(id)
    grant = existing if isinstance(existing, RoleGrant) else RoleGrant(scope, id, role)
    # A role that takes no policies knows by itself what a grant then comes to.
    return grant if grant.changes_role else role
