"""Policies of roles that are separate resources, also for roles for which CDK renders no policies."""

from aws_cdk import Stack, aws_iam
from constructs import Construct


def attach(policy: aws_iam.Policy, role: aws_iam.IRole) -> bool:
    """Attaches a policy that has no statements yet. Returns whether the role accepted it.

    An imported role may reject all policies. For a role that the app customizes (``Role.customize_roles``), CDK adds
    the present statements of the policy to its report, and omits the policy from the template.
    """
    role.attach_inline_policy(policy)
    resource = policy.node.default_child
    return isinstance(resource, aws_iam.CfnPolicy) and bool(Stack.of(policy).resolve(resource.roles))


def in_report(role: aws_iam.IRole) -> bool:
    """Whether CDK reports what the role needs, because the app customizes roles."""
    return role.node.try_get_context("@aws-cdk/iam:customizeRoles") is not None


class RolePolicy:
    """A policy of a role. If the role does not accept it, its statements are in CDK's report instead."""

    def __init__(self, scope: Construct, id: str, role: aws_iam.IRole, *, name: str | None = None) -> None:
        self.construct = aws_iam.Policy(scope, id, policy_name=name)
        self._role = role
        # The policy's parameter ``roles`` would attach it in any case, and it would always be rendered.
        self._taken = attach(self.construct, role)

    def add(self, statement: aws_iam.PolicyStatement, *resources: str) -> None:
        """Adds resources to a statement, and the statement to the policy."""
        if not self._taken:
            # The report has a statement as it was when it was added, so a later resource needs another statement.
            self._role.add_to_principal_policy(statement.copy(resources=list(resources)) if resources else statement)
            return
        if resources:
            statement.add_resources(*resources)
        # CDK renders a statement once, however often it is added.
        self.construct.add_statements(statement)
