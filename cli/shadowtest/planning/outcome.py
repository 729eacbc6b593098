"""The exit code of a plan."""

from collections.abc import Sequence

from shadowtest.exit_codes import ExitCode
from shadowtest.planning.cost import Cost
from shadowtest.planning.stack_plan import StackPlan
from shadowtest.planning.verdict import Kind


def exit_code(plans: Sequence[StackPlan], cost: Cost, *, strict: bool, detailed: bool) -> ExitCode:
    """Refused has precedence over unknown, and unknown over changes."""
    kinds = {verdict.kind for plan in plans for resource in plan.resources for verdict in resource.verdicts}
    if Kind.REFUSED in kinds or cost.is_too_high:
        return ExitCode.REFUSED
    cost_is_unknown = cost.limit is not None and cost.unknown
    if strict and (Kind.UNKNOWN in kinds or cost_is_unknown):
        return ExitCode.UNKNOWN
    if detailed and kinds - {Kind.NOTHING, Kind.UNKNOWN}:
        return ExitCode.CHANGES
    return ExitCode.DONE
