"""Nested stacks. They are stacks of their own, so a command that reads a stack does not read its nested stacks."""

from collections.abc import Sequence

import click

from shadowtest.templates.experiments import resources_of
from shadowtest.templates.resource_type import NESTED_STACK
from shadowtest.values.stack import DeployedStack, Template, stack_name


def nested_stacks(template: Template) -> list[str]:
    """Their logical IDs."""
    return [logical_id for logical_id, resource in resources_of(template) if resource.get("Type") == NESTED_STACK]


def note_nested_stacks(stacks: Sequence[DeployedStack]) -> None:
    """Lists on standard error the nested stacks of these stacks that are not among them."""
    looked_at = {stack.stack_id for stack in stacks}
    for stack in stacks:
        ids = [stack.physical_ids[each] for each in nested_stacks(stack.template) if each in stack.physical_ids]
        names = [stack_name(stack_id) for stack_id in ids if stack_id not in looked_at]
        if names:
            line = f"note: the nested stacks of stack {stack.name} are not read unless you name them"
            click.echo(f"{line}: {', '.join(names)}", err=True)
