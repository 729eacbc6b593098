"""Policies of roles that are resources of their own, also where the app has CDK render none."""

from aws_cdk import Stack, aws_iam
from constructs import Construct


def attach(policy: aws_iam.Policy, role: aws_iam.IRole) -> bool:
    """Attaches a policy that has no statements yet, and tells whether the role took it.

    An imported role may refuse all policies. A role that the app customises (``Role.customize_roles``) takes what the
    policy says at this moment into CDK's report, and leaves the policy out of the template.
    """
    role.attach_inline_policy(policy)
    resource = policy.node.default_child
    return isinstance(resource, aws_iam.CfnPolicy) and bool(Stack.of(policy).resolve(resource.roles))


def in_report(role: aws_iam.IRole) -> bool:
    """Whether CDK reports what the role needs, because the app customises roles."""
    return role.node.try_get_context("@aws-cdk/iam:customizeRoles") is not None


class RolePolicy:
    """A policy of a role, whose statements are in CDK's report instead if the role does not take it."""

    def __init__(self, scope: Construct, id: str, role: aws_iam.IRole, *, name: str | None = None) -> None:
        self.construct = aws_iam.Policy(scope, id, policy_name=name)
        self._role = role
        # ``roles=`` of the policy would attach it without asking the role: it would be rendered in any case.
        self._taken = attach(self.construct, role)

    def add(self, statement: aws_iam.PolicyStatement, *resources: str) -> None:
        """Adds resources to a statement, and the statement to the policy."""
        if not self._taken:
            # The report has a statement as it is when it is added: what comes later needs another one.
            self._role.add_to_principal_policy(statement.copy(resources=list(resources)) if resources else statement)
            return
        if resources:
            statement.add_resources(*resources)
        # CDK renders a statement once, however often it is added.
        self.construct.add_statements(statement)
