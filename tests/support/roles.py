"""Roles that SageMaker may assume, on the running local AWS."""

import json

from local.seed import TRUST
from local.server import LocalAws


def make_execution_role(aws: LocalAws, name: str = "shadow-test") -> str:
    """Its ARN."""
    created = aws.session().client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(created["Role"]["Arn"])
