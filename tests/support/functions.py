"""Lambda functions on the running local AWS."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from local.server import LocalAws

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def make_function(aws: LocalAws, name: str, folder: Path, statements: list[dict[str, Any]]) -> str:
    """Make a function of a folder, with a role of these statements; its ARN."""
    iam, zipped = aws.session().client("iam"), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(folder / "index.py", "index.py")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
    function = {"Runtime": "python3.12", "Handler": "index.handler", "Timeout": 30, "Role": role}
    client = aws.session().client("lambda")
    created = client.create_function(FunctionName=name, Code={"ZipFile": zipped.getvalue()}, **function)
    return str(created["FunctionArn"])
