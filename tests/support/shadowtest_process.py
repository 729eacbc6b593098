"""The installed command, run by somebody who may do what its documented policy says and nothing else."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from local.server import LocalAws

COMMAND = Path(sys.executable).with_name("shadowtest")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def credentials_with(aws: LocalAws, actions: Iterable[str]) -> dict[str, str]:
    """Of a fresh user of the local AWS, who has a policy of these actions. As variables of an environment."""
    iam, name = aws.session().client("iam"), f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


class Shadowtest:
    """The command line of such a user."""

    def __init__(self, aws: LocalAws, actions: Iterable[str]) -> None:
        self._environment = aws.environment | credentials_with(aws, actions)

    def __call__(self, *arguments: str) -> Ended:
        ended = subprocess.run(
            [COMMAND, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)
