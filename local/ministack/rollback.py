"""The consequences of a failed custom resource: which ID a rollback uses, and what it deletes.

In addition to MiniStack's own rollback and deletion, this module does the following as AWS does:

* A failed Create is deleted, with the ID of the failed response, or the one that CloudFormation generated.
* The ID in the response to a failed Update is the physical ID from then on, and the rollback's Update has it.
* If the rollback's Update returns another ID, the resource with the previous ID is deleted.
* A resource that the rollback of a creation could not delete stays in the stack, so that a deletion of the stack tries
  again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import now_iso
from ministack.services import cloudformation
from ministack.services.cloudformation import engine, handlers, provisioners, stacks

from local.ministack.custom_resources import CustomResources, Request

logger = logging.getLogger("local.rollback")

Record = dict[str, Any]
Coroutine = Callable[..., Awaitable[None]]


def install(custom_resources: CustomResources) -> None:
    stacks._roll_back_operation = handlers._roll_back_operation = _roll_back(
        stacks._roll_back_operation, custom_resources
    )
    stacks._revert_update = _revert(stacks._revert_update)
    stacks._delete_stack_async = handlers._delete_stack_async = _delete_stack(
        stacks._delete_stack_async, custom_resources
    )
    engine._unknown_attribute_message = _unknown_attribute(engine._unknown_attribute_message, custom_resources)


def _roll_back(original: Coroutine, custom_resources: CustomResources) -> Coroutine:
    async def roll_back(stack_name: str, stack_id: str, stack: Record, operation: Record, **more: Any) -> None:
        failed = custom_resources.last(stack_id, operation.get("failed_logical_id") or "")
        if failed and failed.outcome != "SUCCESS":
            if failed.event["RequestType"] == "Create":
                _hold(stack, failed, "CREATE_FAILED")
                operation["created"].append(failed.event["LogicalResourceId"])
            elif failed.event["RequestType"] == "Update" and operation.get("failed_update"):
                _make_current(operation, failed)
        await original(stack_name, stack_id, stack, operation, **more)
        if not operation.get("is_update"):
            for logical_id in stack.get("_rollback_failed", {}):
                if undeleted := custom_resources.last(stack_id, logical_id):
                    _hold(stack, undeleted, "DELETE_FAILED")

    return roll_back


def _revert(original: Coroutine) -> Coroutine:
    async def revert(  # noqa: PLR0917 (MiniStack's own signature)
        stack_id: str,
        stack_name: str,
        logical_id: str,
        rtype: str,
        physical_id: str,
        applied_props: Record,
        previous_props: Record,
        attrs: Record,
        record: Record | None = None,
    ) -> None:
        if applied_props.get("ServiceToken") != previous_props.get("ServiceToken"):
            # The update was refused before a function was called, so there is nothing to revert.
            return
        await original(
            stack_id, stack_name, logical_id, rtype, physical_id, applied_props, previous_props, attrs, record
        )
        if record is None or record["PhysicalResourceId"] == physical_id:
            return
        resource = (stack_id, stack_name, logical_id, rtype)
        stacks._add_event(*resource, "DELETE_IN_PROGRESS", physical_id=physical_id)
        try:
            await run_reentrant(
                provisioners._delete_resource, rtype, physical_id, applied_props, stack_name, logical_id
            )
            stacks._add_event(*resource, "DELETE_COMPLETE", physical_id=physical_id)
        except Exception as error:
            # The rollback itself has succeeded. What can't be cleaned up after it is abandoned, as on AWS.
            logger.warning("clean-up of %s after the rollback failed: %s", physical_id, error)
            stacks._add_event(*resource, "DELETE_FAILED", str(error), physical_id)

    return revert


def _delete_stack(original: Coroutine, custom_resources: CustomResources) -> Coroutine:
    async def delete_stack(stack_name: str, stack_id: str, *more: Any, **named: Any) -> None:
        stack = cloudformation._stacks.get(stack_name) or {}
        unfinished = stack.get("_failed_operation") or {}
        failed = custom_resources.last(stack_id, unfinished.get("failed_logical_id") or "")
        if failed and failed.event["RequestType"] == "Create" and failed.outcome != "SUCCESS":
            _hold(stack, failed, "CREATE_FAILED")
        await original(stack_name, stack_id, *more, **named)

    return delete_stack


def _unknown_attribute(original: Callable[..., str], custom_resources: CustomResources) -> Callable[..., str]:
    def unknown_attribute(res: Record, logical_id: str, attr: str) -> str:
        request = custom_resources.last_of(res.get("PhysicalResourceId", ""), logical_id)
        if request is None:
            return original(res, logical_id, attr)
        asked = "|".join(request.event[name] for name in ("StackId", "LogicalResourceId", "RequestId"))
        return f"Vendor response doesn't contain {attr} attribute in object {asked}"

    return unknown_attribute


def _hold(stack: Record, request: Request, status: str) -> None:
    """Keeps the resource of a request in its stack, so that a deletion finds it."""
    logical_id = request.event["LogicalResourceId"]
    stack["_resources"][logical_id] = {
        "PhysicalResourceId": request.physical_id,
        "ResourceType": request.event["ResourceType"],
        "ResourceStatus": status,
        "LogicalResourceId": logical_id,
        "Properties": request.event["ResourceProperties"],
        "Attributes": {},
        "Timestamp": now_iso(),
    }


def _make_current(operation: Record, failed: Request) -> None:
    logical_id, resource_type, _, *rest = operation["failed_update"]
    operation["failed_update"] = [logical_id, resource_type, failed.physical_id, *rest]
    operation["previous_stack"]["_resources"][logical_id]["PhysicalResourceId"] = failed.physical_id
