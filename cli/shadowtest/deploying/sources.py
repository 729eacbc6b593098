"""Finds the stacks of the deployment that the arguments of a command name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shadowtest.deploying.assembly import stacks_of
from shadowtest.deploying.deployment_file import read_deployment_file
from shadowtest.deploying.parameters import undeclared, with_parameters
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.deploying.template import deployable
from shadowtest.errors import CommandError
from shadowtest.templates.files import template_named
from shadowtest.templates.sections import section

DEFAULT = "cdk.out"


@dataclass(frozen=True)
class Source:
    """What a user gives on the command line.

    Attributes:
        path: A cloud assembly, a template, or ``-`` for a template on standard input. ``None`` for ``cdk.out``.
        stacks: The chosen stacks of an assembly, or the stack that a template is deployed to.
        deployment_file: A deployment file of CloudFormation Git sync.
        parameters: Each is ``KEY=VALUE`` or ``STACK:KEY=VALUE``.
    """

    path: str | None = None
    stacks: Sequence[str] = ()
    deployment_file: Path | None = None
    parameters: Sequence[str] = ()


def stacks_to_deploy(source: Source) -> list[StackToDeploy]:
    """Raises a ``CommandError``."""
    if source.deployment_file is not None:
        if source.path is not None:
            raise CommandError("--deployment-file already names the template: omit the TEMPLATE argument")
        stacks = [_of_deployment_file(source.deployment_file, source.stacks)]
    elif source.path is None or Path(source.path).is_dir():
        stacks = _chosen(stacks_of(Path(source.path or DEFAULT)), source.stacks, source.path or DEFAULT)
    else:
        stacks = [_of_template(source.path, source.stacks)]
    return with_parameters(stacks, source.parameters)


def _of_deployment_file(file: Path, names: Sequence[str]) -> StackToDeploy:
    read = read_deployment_file(file)
    stack = _of_template(str(read.template), names)
    declared = section(stack.template, "Parameters")
    faults = [undeclared(parameter, declared) for parameter in read.parameters if parameter not in declared]
    if faults:
        raise CommandError(f"{file}: {'; '.join(faults)}")
    return replace(stack, parameters=read.parameters)


def _of_template(name: str, names: Sequence[str]) -> StackToDeploy:
    template = template_named(name)
    if len(names) != 1:
        raise CommandError(f"{template.name} is a template: use --stack to name the stack that you deploy it to")
    return StackToDeploy(names[0], deployable(template), template.name)


def _chosen(stacks: list[StackToDeploy], names: Sequence[str], folder: str) -> list[StackToDeploy]:
    there = {stack.name for stack in stacks}
    missing = [name for name in names if name not in there]
    if missing:
        raise CommandError(
            f"{folder} has no stack {' and no stack '.join(missing)}, it has {', '.join(sorted(there)) or 'none'}"
        )
    return [stack for stack in stacks if not names or stack.name in names]
