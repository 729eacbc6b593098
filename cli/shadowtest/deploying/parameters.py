"""``--parameters KEY=VALUE``, as ``cdk deploy`` takes them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from shadowtest.deploying.stack import StackToDeploy
from shadowtest.errors import CommandError
from shadowtest.templates.sections import section


def with_parameters(stacks: Sequence[StackToDeploy], given: Sequence[str]) -> list[StackToDeploy]:
    """``given``: each is ``KEY=VALUE``, for all stacks that have the parameter, or ``STACK:KEY=VALUE``, for one stack.

    Raises a ``CommandError`` that lists all parameters that no stack has.
    """
    faults: list[str] = []
    for text in given:
        key, equals, value = text.partition("=")
        stack_name, colon, parameter = key.rpartition(":")
        if not equals or not parameter:
            faults.append(f"--parameters {text!r} must be KEY=VALUE or STACK:KEY=VALUE")
            continue
        named = [stack for stack in stacks if not colon or stack.name == stack_name]
        having = {stack.name for stack in named if parameter in section(stack.template, "Parameters")}
        if not having:
            faults.append(f"--parameters {text!r}: {_none_has(parameter, stack_name, named, stacks)}")
        stacks = [
            replace(stack, parameters={**stack.parameters, parameter: value}) if stack.name in having else stack
            for stack in stacks
        ]
    if faults:
        raise CommandError("; ".join(faults))
    return list(stacks)


def _none_has(parameter: str, stack_name: str, named: Sequence[StackToDeploy], stacks: Sequence[StackToDeploy]) -> str:
    if not named:
        return f"there is no stack {stack_name}, the stacks are {', '.join(stack.name for stack in stacks)}"
    return undeclared(parameter, {each for stack in named for each in section(stack.template, "Parameters")})


def undeclared(parameter: str, declared: Collection[str]) -> str:
    """The error for a parameter that a template does not declare, with the parameters that it declares."""
    known = f"the parameters are {', '.join(sorted(declared))}" if declared else "there are none"
    return f"the template declares no parameter {parameter}, {known}"
