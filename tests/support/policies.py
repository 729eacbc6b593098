"""The IAM policies of a template, and what they allow."""

from collections.abc import Iterable
from typing import Any

from aws_cdk.assertions import Template

USES_VOLUMES = [
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:CreateGrant",
    "kms:DescribeKey",
]
"""The actions on the key of an experiment's volumes, as its role is allowed them."""


def statements(template: Template) -> list[dict[str, Any]]:
    """The statements of all policies."""
    return statements_of(template.find_resources("AWS::IAM::Policy").values())


def statements_of(policies: Iterable[Any]) -> list[dict[str, Any]]:
    return [statement for policy in policies for statement in policy["Properties"]["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    """What a statement allows: CDK renders a single action as text."""
    action = statement["Action"]
    return list(action) if isinstance(action, list) else [action]


def role_grants(template: Template) -> dict[str, Any]:
    """The policies, by logical id, that allow an experiment's role what is declared, apart from the role's own."""
    return {id: each for id, each in template.find_resources("AWS::IAM::Policy").items() if "ExperimentGrant" in id}


def allowed_on(template: Template, resource: Any) -> list[Any]:
    """The actions that each statement about a resource allows, as rendered."""
    return [statement["Action"] for statement in statements(template) if statement["Resource"] == resource]
