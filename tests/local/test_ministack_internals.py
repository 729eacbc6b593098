"""Every place in MiniStack that the plug-in relies on is still there.

These places are private: an upgrade may move them. When it has, this is the test that says which.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import local.ministack

SOURCES = sorted(Path(local.ministack.__file__).parent.glob("*.py"))
SIGNATURES = {
    "ministack.core.iam_actions:extract_resource_arn": (
        "service method path headers body query_params region account_id"
    ),
    "ministack.core.iam_actions:identity_denial_message": "action principal_arn resource explicit_deny",
    "ministack.core.iam_actions:request_tag_context": "service iam_action body params",
    "ministack.core.iam_evaluator:enforce": "access_key_id iam_action service region resource_arn service_context",
    "ministack.core.sigv4:request_time_failure": "signature now",
    "ministack.services.cloudformation.custom_resource:invoke_custom_resource": (
        "request_type logical_id props stack_name stack_id resource_type physical_id old_props"
    ),
    "ministack.services.cloudformation.engine:_unknown_attribute_message": "res logical_id attr",
    "ministack.services.cloudformation.stacks:_delete_stack_async": "stack_name stack_id retain_resources force",
    "ministack.services.cloudformation.stacks:_revert_update": (
        "stack_id stack_name logical_id rtype physical_id applied_props previous_props attrs record"
    ),
    "ministack.services.cloudformation.stacks:_roll_back_operation": (
        "stack_name stack_id stack operation reason_override"
    ),
    "ministack.services.cloudformation.stacks:_runs_on_worker_thread": "resource_type",
    "ministack.services.cloudwatch:_dispatch_alarm_actions": "alarm old_state new_state reason",
    "ministack.services.cloudwatch:_evaluate_alarm": "alarm",
    "ministack.services.cloudwatch:_store_datum": "namespace name dims ts unit value values counts stat_values",
    "ministack.services.eventbridge:_dispatch_to_lambda": "arn payload",
    "ministack.services.eventbridge:_put_events": "data allow_aws_source",
    "ministack.services.lambda_svc:invoke_async_with_retry": "func event",
}
OPERATION = ("is_update", "previous_stack", "created", "failed_update", "failed_logical_id")


def places() -> list[str]:
    """``module:name`` for everything the plug-in imports from MiniStack, and every attribute it takes of a module."""
    found: set[str] = set()
    for source in SOURCES:
        modules: dict[str, str] = {}
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ministack":
                for alias in node.names:
                    found.add(f"{node.module}:{alias.name}")
                    modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                found.add(f"{modules[node.value.id]}:{node.attr}")
    return sorted(found)


def look_up(place: str) -> object:
    module, _, name = place.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except AttributeError:
        # A submodule is an attribute of its package only once it is imported.
        return importlib.import_module(f"{module}.{name}")


def test_the_plug_in_relies_on_something() -> None:
    assert "ministack.services.cloudformation.stacks:_roll_back_operation" in places()


@pytest.mark.parametrize("place", places())
def test_the_place_is_there(place: str) -> None:
    try:
        look_up(place)
    except ImportError:
        pytest.fail(f"MiniStack has no {place} any more; the plug-in in local/ministack has to follow")


@pytest.mark.parametrize("place", SIGNATURES)
def test_the_function_takes_what_it_took(place: str) -> None:
    function = look_up(place)
    assert callable(function)
    assert list(inspect.signature(function).parameters) == SIGNATURES[place].split(), (
        f"MiniStack's {place} takes other arguments now; the plug-in in local/ministack has to follow"
    )


def test_cloudwatch_takes_nothing_but_the_present_from_the_module_time() -> None:
    cloudwatch = importlib.import_module("ministack.services.cloudwatch")
    tree = ast.parse(Path(str(cloudwatch.__file__)).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time"
    }
    assert used == {"time"}


def test_a_failed_operation_holds_what_the_rollback_reads() -> None:
    stacks = importlib.import_module("ministack.services.cloudformation.stacks")
    arguments = dict.fromkeys(inspect.signature(stacks._failed_operation).parameters, ())
    assert set(OPERATION) <= set(stacks._failed_operation(**arguments))
