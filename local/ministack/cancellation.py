"""A cancellation by the user while a custom resource is pending.

On AWS, the function is not notified. CloudFormation stops waiting and continues: with a rollback's Update after
CancelUpdateStack, and with a Delete after DeleteStack. That Delete has an ID that CloudFormation generated, because no
response has named one. The function that still handles the old request is superseded. MiniStack would wait for it
instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import handlers, helpers, stacks

from local.ministack.custom_resources import CustomResources

_OK = 200
_LOOK_AGAIN = 0.05

Answer = tuple[int, dict[str, str], bytes]


def install(custom_resources: CustomResources) -> None:
    cancel_update = handlers._ACTION_HANDLERS["CancelUpdateStack"]
    handlers._ACTION_HANDLERS["CancelUpdateStack"] = _cancel_update(cancel_update, custom_resources)
    handlers._delete_stack_async = _delete_stack(stacks._delete_stack_async, custom_resources)


def _cancel_update(original: Callable[..., Answer], custom_resources: CustomResources) -> Callable[..., Answer]:
    def cancel_update(params: dict[str, Any]) -> Answer:
        answer = original(params)
        if answer[0] == _OK:
            custom_resources.cut_short(handlers._resolve_stack(helpers._p(params, "StackName"))["StackId"])
        return answer

    return cancel_update


def _delete_stack(
    original: Callable[..., Awaitable[None]], custom_resources: CustomResources
) -> Callable[..., Awaitable[None]]:
    async def delete_stack(stack_name: str, stack_id: str, *more: Any, **named: Any) -> None:
        stack = cloudformation._stacks.get(stack_name) or {}
        if stack.get("StackStatus") == "CREATE_IN_PROGRESS":
            custom_resources.cut_short(stack_id)
        while stack.get("StackStatus") in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
            await asyncio.sleep(_LOOK_AGAIN)
        await original(stack_name, stack_id, *more, **named)

    return delete_stack
