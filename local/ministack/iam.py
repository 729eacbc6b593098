"""Authorization in SageMaker: the actions, the ARNs that they act on, and the further permissions that a call needs.

MiniStack evaluates the policies. This module gives it the action and the resource of a request, and converts its
refusal to SageMaker's error.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.core.router import extract_access_key_id
from ministack.services import iam, tagging

from local.sagemaker.names import Arns

Response = tuple[int, dict[str, str], bytes]

_SERVICE = "sagemaker"
_PRINCIPAL = "sagemaker.amazonaws.com"
_VERBS = ("Create", "Describe", "Update", "Start", "Stop", "Delete")
_KINDS = {
    "InferenceExperiment": ("inference-experiment", "Name"),
    "EndpointConfig": ("endpoint-config", "EndpointConfigName"),
    "Endpoint": ("endpoint", "EndpointName"),
    "Model": ("model", "ModelName"),
}
_NAMED = {f"{verb}{noun}": kind for noun, kind in _KINDS.items() for verb in _VERBS} | {
    "UpdateEndpointWeightsAndCapacities": _KINDS["Endpoint"]
}
_ROLES = {"CreateInferenceExperiment": "RoleArn", "CreateModel": "ExecutionRoleArn"}


class Permission(NamedTuple):
    """A permission that a call needs in addition to that for its own action."""

    action: str
    resource: str
    context: dict[str, Any]


def install(tagged: Callable[[], list[tuple[str, list[dict[str, str]]]]]) -> None:
    iam_actions.SERVICE_TO_IAM_NAMESPACE[_SERVICE] = _SERVICE
    iam_actions.extract_resource_arn = _extract_resource_arn(iam_actions.extract_resource_arn)
    iam_actions.access_denied_response = _access_denied_response(iam_actions.access_denied_response)
    tagging._RESOURCE_TAG_COLLECTORS[_SERVICE] = tagged


def sagemaker_can_assume(account: str, role_arn: str) -> bool:
    """Whether the account has the role, and the role trusts SageMaker."""
    with request_scope(account, get_region()):
        roles = [role for role in iam._roles.values() if role["Arn"] == role_arn]
    return any(_PRINCIPAL in json.dumps(role["AssumeRolePolicyDocument"]) for role in roles)


def resource_arn(operation: str, asked: Mapping[str, Any], arns: Arns) -> str:
    """The ARN that an operation acts on, or ``*`` for those without resource-level permissions."""
    if operation in _NAMED:
        kind, member = _NAMED[operation]
        return arns.of(kind, str(asked.get(member, "")))
    return str(asked.get("ResourceArn", "*"))


def permissions_besides(operation: str, asked: Mapping[str, Any], arns: Arns) -> Iterator[Permission]:
    if role := asked.get(_ROLES.get(operation, "")):
        yield Permission("iam:PassRole", str(role), {"iam:PassedToService": _PRINCIPAL})
    if operation.startswith("Create") and asked.get("Tags"):
        body = json.dumps(asked).encode()
        context = iam_actions.request_tag_context(_SERVICE, "sagemaker:AddTags", body, {})
        yield Permission("sagemaker:AddTags", resource_arn(operation, asked, arns), context)
    if operation in ("CreateEndpoint", "UpdateEndpoint"):
        config = arns.of("endpoint-config", str(asked.get("EndpointConfigName", "")))
        yield Permission(f"sagemaker:{operation}", config, {})


def denied_besides(
    operation: str, asked: Mapping[str, Any], headers: dict[str, str], query_params: dict[str, Any]
) -> Response | None:
    """The refusal of a call whose caller lacks one of the other permissions."""
    if not app.AUTH:
        return None
    for permission in permissions_besides(operation, asked, _arns()):
        denied = iam_evaluator.enforce(
            extract_access_key_id(headers, query_params),
            permission.action,
            _SERVICE,
            get_region(),
            resource_arn=permission.resource,
            service_context=permission.context,
        )
        if denied:
            response: Response = iam_actions.access_denied_response(
                _SERVICE,
                permission.action,
                denied.principal_arn,
                str(uuid.uuid4()),
                resource_arn=permission.resource,
                explicit_deny=denied.decision == "Deny",
            )
            return response
    return None


def _extract_resource_arn(original: Callable[..., str]) -> Callable[..., str]:
    def extract(service: str, method: str, path: str, headers: dict[str, str], body: bytes, *more: Any) -> str:
        if service != _SERVICE:
            return original(service, method, path, headers, body, *more)
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            return "*"
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        return resource_arn(operation, asked, _arns()) if isinstance(asked, dict) else "*"

    return extract


def _access_denied_response(original: Callable[..., Response]) -> Callable[..., Response]:
    def respond(service: str, action: str, principal_arn: str, request_id: str, **named: Any) -> Response:
        if service != _SERVICE or named.get("error_code"):
            return original(service, action, principal_arn, request_id, **named)
        message = iam_actions.identity_denial_message(
            action, principal_arn, named.get("resource_arn", "*"), named.get("explicit_deny", False)
        )
        body = json.dumps({"__type": "AccessDeniedException", "message": message}).encode()
        return 400, {"Content-Type": "application/x-amz-json-1.1", "x-amzn-requestid": request_id}, body

    return respond


def _arns() -> Arns:
    return Arns("aws", get_region(), get_account_id())
