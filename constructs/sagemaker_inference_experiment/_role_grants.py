"""Grants to the role that SageMaker assumes, each in a policy of its own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, cast

import jsii
from aws_cdk import Names, Stack, aws_iam
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct, IConstruct

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._references import alias_name, arn_of_key
from sagemaker_inference_experiment._reflection import address_of
from sagemaker_inference_experiment._role import role_arn
from sagemaker_inference_experiment._role_policy import attach, in_report
from sagemaker_inference_experiment._tokens import is_unresolved

_STORE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")

CAPTURE_KEY_ACTIONS = _STORE
"""To write encrypted objects. S3 needs ``Decrypt`` for multipart uploads."""

VOLUME_KEY_ACTIONS = (*_STORE, "kms:CreateGrant", "kms:DescribeKey")
"""To encrypt the instances' volumes. SageMaker creates a grant on the key for the instances that mount them."""


@jsii.implements(aws_iam.IPrincipal)
class RoleGrant(Construct):
    """A role as a grantee whose policy is in the scope's stack instead of the role's."""

    def __init__(self, scope: Construct, id: str, role: aws_iam.IRole) -> None:
        super().__init__(scope, id)
        self._role = role
        # Policy names are unique in a role, and stacks with the same name in several regions may share a role.
        name = f"{Names.unique_resource_name(self, max_length=100)}-{Stack.of(self).region}"
        self._policy = aws_iam.Policy(self, "Policy", policy_name=name)
        self._changes_role = attach(self._policy, role)
        # CDK treats a grantee with a default child as part of the app, and compares accounts and regions.
        self.node.default_child = self._policy.node.default_child

    @property
    def changes_role(self) -> bool:
        """Whether the role accepted the policy. An imported role may reject it."""
        return self._changes_role

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


@dataclass(frozen=True)
class Missing:
    """What others must grant a role, because the app can change neither the role's policies nor the resource's."""

    kind: Literal["key", "bucket"]
    what: str


@dataclass(frozen=True)
class Granted:
    """What a role was granted on a resource."""

    to: Grantee
    """The grantee, which the experiments depend on."""
    missing: Missing | None
    """``None`` if everything is granted."""


def grant_once(
    role: aws_iam.IRole, stack: Stack, resource: IConstruct, *what: str, grant: Callable[[Grantee], Missing | None]
) -> Granted:
    """Grants a role what the experiments of a stack need on a resource, if it is not granted yet.

    Each resource has a policy of its own, in the experiments' stack:

    - In the role's stack, the policy would refer to buckets and keys of the experiments' stack, which refers to the
      role: a cycle.
    - A policy for each experiment would repeat what several experiments need. All policies of a role may have 10,240
      characters.
    - One policy for all experiments would lose permissions too early: when an experiment is removed from the app,
      CloudFormation updates the policy before it deletes the experiment.

    Args:
        role: The role.
        stack: The stack of the experiments.
        resource: The resource.
        what: Distinguishes this grant from others on the resource.
        grant: Grants it to the grantee, and returns what it can't grant.
    """
    granted = _granted(stack)
    told = json.dumps([address_of(role), address_of(resource), *_resolved(stack, what)])
    id = f"SageMakerInferenceExperimentGrant{sha256(told.encode()).hexdigest()[:8]}"
    if id not in granted:
        to = _grantee(stack, id, role)
        granted[id] = Granted(to, missing=grant(to))
    return granted[id]


@ask_once
def _granted(_stack: Stack) -> dict[str, Granted]:
    """What was granted for the experiments of a stack, by the ids of the grantees."""
    return {}


def _resolved(stack: Stack, texts: tuple[str, ...]) -> list[str]:
    return [stack.resolve(text) if is_unresolved(text) else text for text in texts]


def independent_grantee(to: aws_iam.IGrantable, experiment: IConstruct) -> aws_iam.IGrantable:
    """The grantee of permissions on the experiment, with policies that the experiment does not depend on.

    The experiment depends on its role's policies. If one of them referred to the experiment, that would be a cycle.
    """
    role = getattr(experiment, "role", None)
    if not isinstance(experiment, Construct) or role is None:
        return to
    return _grantee(experiment, "OwnRole", role) if _is_same_role(to.grant_principal, role) else to


def _is_same_role(principal: aws_iam.IPrincipal, role: aws_iam.IRole) -> bool:
    if getattr(principal, "role_arn", None) != role_arn(role):
        return False
    # If the app customizes roles, all roles that are not mapped to an existing one have the same ARN.
    return not in_report(role) or address_of(cast("aws_iam.IRole", principal)) == address_of(role)


def grant_key(key: IKeyRef | str | None, role: aws_iam.IRole, stack: Stack, *actions: str) -> list[Granted]:
    """Grants the role the use of a key that is a construct. Returns nothing for a key that is a string."""
    if key is None or isinstance(key, str):
        return []

    def grant(to: Grantee) -> Missing | None:
        accepts = takes_statements(to, role)
        if _key_grants(key, to, actions, accepts):
            return None
        if accepts:
            to.add_to_principal_policy(_use_of_key(key, stack, actions))
            return None
        return missing("key", role, actions, shown_name(_name_of_key(key), key))

    return [grant_once(role, stack, key, *actions, grant=grant)]


def takes_statements(to: Grantee, role: aws_iam.IRole) -> bool:
    """Whether a grantee of the role accepts statements. An immutable role says so, but does not."""
    return isinstance(to, RoleGrant) or in_report(role)


def missing(kind: Literal["key", "bucket"], role: aws_iam.IRole, actions: Sequence[str], resource: str) -> Missing:
    """The description of what others must grant the role."""
    return Missing(
        kind, f"role {shown_name(role_arn(role), role)} the actions {', '.join(actions)} on {kind} {resource}"
    )


def _key_grants(key: IKeyRef, to: Grantee, actions: tuple[str, ...], accepts: bool) -> bool:
    """Whether the key's own method grants it. It also changes the key's policy if the grantee's is not enough."""
    if not hasattr(key, "grant"):
        return False
    grant: aws_iam.Grant = key.grant(to, *actions)
    # The method of some imported keys does nothing. A role that accepts no statements reports that it accepted them.
    return bool(grant.resource_statements) or (accepts and bool(grant.principal_statements))


def _use_of_key(key: IKeyRef, stack: Stack, actions: tuple[str, ...]) -> aws_iam.PolicyStatement:
    alias = alias_name(key)
    if alias is None:
        return aws_iam.PolicyStatement(actions=list(actions), resources=[arn_of_key(key)])
    # A policy can't name a key by its alias: IAM compares the ARN of the key itself.
    return aws_iam.PolicyStatement(
        actions=list(actions),
        resources=[stack.format_arn(service="kms", resource="key", resource_name="*")],
        conditions={"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}},
    )


def _name_of_key(key: IKeyRef) -> str:
    alias = alias_name(key)
    return arn_of_key(key) if alias is None else alias


def shown_name(name: str, construct: IConstruct) -> str:
    """The name of a resource, or the path of its construct if the name is not known yet."""
    return construct.node.path if is_unresolved(name) else name


def _grantee(scope: Construct, id: str, role: aws_iam.IRole) -> Grantee:
    existing = scope.node.try_find_child(id)
    grant = existing if isinstance(existing, RoleGrant) else RoleGrant(scope, id, role)
    # A role that accepts no policies handles grants itself.
    return grant if grant.changes_role else role
