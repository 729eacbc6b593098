"""CloudFormation's side of a custom resource: the request, the response, and the description of the stack."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from botocore.exceptions import ClientError

from simulation.declarations import Declaration

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
LOGICAL_ID = "ShadowTest"
RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
INVENTED = "Demo-ShadowTest-1ABCDEFGHIJK"
"""The ID that CloudFormation generates if a Create has never responded."""
NO_RESOURCE = "no such resource"
"""Instead of a status: CloudFormation does not find the resource, because it has deleted it."""
ADDRESSES = "https://cloudformation.test/"
"""The beginning of response URLs. Each request has its own URL."""


def request_event(
    kind: str,
    declared: Declaration,
    *,
    number: int,
    sent: datetime,
    physical_id: str | None = None,
    old: Declaration | None = None,
    stack_id: str = STACK_ID,
    logical_id: str = LOGICAL_ID,
) -> dict[str, Any]:
    """The event of an invocation. ``kind``: Create, Update, Delete, or Rollback, which is also an Update."""
    return {
        "RequestType": "Update" if kind == "Rollback" else kind,
        "RequestId": f"request-{number}",
        "StackId": stack_id,
        "LogicalResourceId": logical_id,
        "ResourceType": RESOURCE_TYPE,
        "ResponseURL": f"{ADDRESSES}{number}?X-Amz-Date={sent:%Y%m%dT%H%M%SZ}&X-Amz-Signature=secret",
        "ResourceProperties": as_sent(declared),
        **({"PhysicalResourceId": physical_id} if physical_id is not None else {}),
        **({"OldResourceProperties": as_sent(old)} if old is not None else {}),
    }


def as_sent(value: Any) -> Any:
    """CloudFormation converts every scalar to a string, at any depth."""
    if isinstance(value, dict):
        return {key: as_sent(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_sent(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True)
class Answer:
    """A response that was put to the URL of a request, and its time."""

    body: dict[str, Any]
    size: int
    at: datetime

    @classmethod
    def read(cls, body: bytes, at: datetime) -> Self:
        return cls(json.loads(body), len(body), at)

    @property
    def succeeded(self) -> bool:
        return bool(self.body["Status"] == "SUCCESS")

    @property
    def reason(self) -> str:
        return str(self.body["Reason"])

    @property
    def physical_id(self) -> str:
        return str(self.body["PhysicalResourceId"])

    @property
    def data(self) -> dict[str, str]:
        return dict(self.body["Data"])


def described(status: str, operation_began: datetime, *, stack_id: str = STACK_ID) -> dict[str, Any]:
    """The response of DescribeStacks."""
    stack = {"StackId": stack_id, "StackName": "Demo", "StackStatus": status, "LastUpdatedTime": operation_began}
    return {"Stacks": [stack]}


def described_resource(
    status: str, since: datetime, *, stack_id: str = STACK_ID, logical_id: str = LOGICAL_ID
) -> dict[str, Any]:
    """The response of DescribeStackResource. Raises ``ClientError`` for ``NO_RESOURCE``, as CloudFormation does."""
    if status == NO_RESOURCE:
        said = f"Resource {logical_id} does not exist for stack {stack_id}"
        error: Any = {
            "Error": {"Code": "ValidationError", "Message": said},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(error, "DescribeStackResource")
    resource = {
        "StackId": stack_id,
        "LogicalResourceId": logical_id,
        "ResourceType": RESOURCE_TYPE,
        "ResourceStatus": status,
        "LastUpdatedTimestamp": since,
    }
    return {"StackResourceDetail": resource}
