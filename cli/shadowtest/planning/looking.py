"""Reads the deployed state of the stacks of a deployment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shadowtest.aws.attempts import Failure, attempt_each
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import deployed_stack, exports
from shadowtest.deploying.stack import StackToDeploy
from shadowtest.planning.change import Change
from shadowtest.planning.changes import Untold, changes_of, endpoint_changes_of
from shadowtest.planning.endpoint_changes import EndpointChange
from shadowtest.planning.faults import refused_for_faults
from shadowtest.planning.imports import changed_exports, imports_values, known_to
from shadowtest.planning.parameters import refusal_of_parameters
from shadowtest.planning.stack_status import is_created_anew, refusal
from shadowtest.values.stack import DeployedStack, Exports, Place
from shadowtest.values.unknown import KnownAtDeployment


@dataclass(frozen=True)
class Look:
    """A stack, what is deployed of it, and the region in which it is read.

    Attributes:
        deployed: ``None`` if the deployment updates no existing stack, or if the stack was not read.
        old: A stack of this name that is deleted first.
        status: CloudFormation's ``StackStatus``; empty if there is no stack.
        elsewhere: Why the stack was not read; ``None`` if it was.
    """

    stack: StackToDeploy
    aws: Aws
    deployed: DeployedStack | None
    old: DeployedStack | None = None
    status: str = ""
    elsewhere: str | None = None
    changes: Sequence[Change | Untold] = ()
    endpoints: Sequence[EndpointChange] = ()
    old_endpoints: Sequence[EndpointChange] = ()

    @property
    def imports(self) -> bool:
        """Whether its values depend on the exports of the region."""
        there = [each.template for each in (self.deployed, self.old) if each is not None]
        return self.elsewhere is None and imports_values([self.stack.template, *there])


def look_at(stacks: Sequence[StackToDeploy], aws: Aws) -> list[Look | Failure]:
    """Reads all stacks in parallel, as far as AWS's limits allow. The exports of a region are read once."""
    looks = attempt_each(
        aws, lambda stack: _look(stack, aws), stacks, named=_in_words, region=lambda stack: stack.region
    )
    regions = {look.aws.region: look.aws for look in looks if isinstance(look, Look) and look.imports}
    read = attempt_each(aws, exports, regions.values(), named=lambda each: each.region)
    known = dict(zip(regions, read, strict=True))
    changed: dict[str, dict[str, KnownAtDeployment]] = {}
    for look in looks:
        there = known.get(look.aws.region) if isinstance(look, Look) else None
        if isinstance(look, Look) and look.elsewhere is None and isinstance(there, dict):
            of_stack = changed_exports(look.stack, look.deployed, _place(look), there)
            changed[look.aws.region] = {**changed.get(look.aws.region, {}), **of_stack}
    return [
        _with_changes(look, known.get(look.aws.region), changed.get(look.aws.region, {}))
        if isinstance(look, Look)
        else look
        for look in looks
    ]


def _in_words(stack: StackToDeploy) -> str:
    return f"stack {stack.name}"


def _look(stack: StackToDeploy, aws: Aws) -> Look:
    if stack.account is not None and stack.account != aws.account:
        why = f"the stack belongs to account {stack.account}, but your credentials are for account {aws.account}"
        return Look(stack, aws, None, elsewhere=why)
    aws = aws.in_region(stack.region) if stack.region is not None else aws
    deployed = deployed_stack(aws, stack.name)
    if deployed is None:
        return Look(stack, aws, None)
    if is_created_anew(deployed.status):
        return Look(stack, aws, None, old=deployed, status=deployed.status)
    return Look(stack, aws, deployed, status=deployed.status)


def _with_changes(look: Look, exports: dict[str, str] | Failure | None, changed: Exports) -> Look | Failure:
    """``changed``: the exports that the deployment changes."""
    if look.imports and isinstance(exports, Failure):
        return Failure(_in_words(look.stack), exports.why)
    known = known_to(look.deployed, exports, changed) if isinstance(exports, dict) else None
    changes = changes_of(look.stack, look.deployed, _place(look), known)
    if look.elsewhere is not None:
        return replace(look, changes=[_from_elsewhere(each, look.elsewhere) for each in changes])
    why = refusal(look.status) or refusal_of_parameters(look.stack, look.deployed)
    if why is not None:
        return replace(look, changes=[Untold(each.logical_id, why, is_refused=True) for each in changes])
    look = replace(look, endpoints=endpoint_changes_of(look.stack, look.deployed, _place(look), known))
    if look.old is None:
        return replace(look, changes=changes)
    nothing, place = replace(look.stack, template={}, changes=None, changed=None), Place.of(look.old.stack_id)
    removals = changes_of(nothing, look.old, place, known)
    removed = tuple(each for each in removals if isinstance(each, Change))
    created = (replace(each, after=removed) if isinstance(each, Change) else each for each in changes)
    return replace(
        look,
        changes=[*removals, *created],
        old_endpoints=endpoint_changes_of(nothing, look.old, place, known),
    )


def _from_elsewhere(change: Change | Untold, why: str) -> Untold:
    """If nothing can be read, only faults are known."""
    refused = refused_for_faults(change) if isinstance(change, Change) else None
    return Untold(change.logical_id, refused.reason if refused else why, is_refused=refused is not None)


def _place(look: Look) -> Place:
    if look.elsewhere is not None:
        return Place(None, look.stack.region, look.stack.account, look.stack.name)
    if look.deployed is not None:
        return Place.of(look.deployed.stack_id)
    return Place(look.aws.partition, look.aws.region, look.aws.account, look.stack.name)
