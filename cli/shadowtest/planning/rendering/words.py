"""The sentences of a verdict, which all output formats share."""

from collections.abc import Callable, Iterator

from inference_experiment_handler.plan.wording import instances_in_words
from inference_experiment_handler.spec.declaration import Action
from inference_experiment_handler.spec.text import iso_instant
from shadowtest.planning.billing import PRODUCTION, SHADOW
from shadowtest.planning.cost import Cost
from shadowtest.planning.verdict import Bill, Fate, Kind, Verdict

TITLES = {
    Kind.CREATE: "Create",
    Kind.UPDATE: "Update in place",
    Kind.REPLACE: "Replace",
    Kind.START: "Start",
    Kind.PROMOTE: "Promote",
    Kind.END: "End",
    Kind.CALL_OFF: "Cancel",
    Kind.REMOVE: "Remove",
    Kind.ADOPT: "Adopt",
    Kind.NOTHING: "Nothing",
    Kind.REFUSED: "REFUSED",
    Kind.UNKNOWN: "Unknown",
}
_LONGEST = 60
"""How much of a value a headline shows."""


def headline(verdict: Verdict, *, in_full: bool = False) -> str:
    """What happens, and whether it can be undone.

    ``in_full``: long values are not shortened, because the differences are not shown next to the headline.
    """
    undo = {True: " Can be undone.", False: " Can't be undone.", None: ""}[verdict.can_be_undone]
    return f"{_what_happens(verdict, (lambda value: value) if in_full else _shortened)}{undo}"


def details(verdict: Verdict) -> Iterator[str]:
    """Further facts, one sentence each. The differences are not included."""
    for waits_for in verdict.waits_for:
        yield f"The function first waits for this status to end: {waits_for}."
    if verdict.sampling is not None and verdict.kind is not Kind.REFUSED:
        yield f"The shadow variant gets {verdict.sampling} percent of the requests."
    if verdict.ends is not None:
        yield f"The test ends at {iso_instant(verdict.ends)}."
    for bill in verdict.bills:
        yield bill_in_words(bill)


def cost_in_words(cost: Cost) -> list[str]:
    """The cost of the shadow variants until their tests end. Nothing if none is billed."""
    if not cost.instance_hours and not cost.unknown:
        return []
    if not cost.instance_hours:
        return [f"The cost is not known: {why}." for why in cost.unknown]
    hours = f"{cost.instance_hours:,.0f} instance-hours"
    total = f", {cost.total:,.2f} {cost.currency}" if cost.total is not None else ""
    lines = [f"The shadow variants of these tests are billed until the tests end: {hours}{total}."]
    if cost.is_too_high:
        lines.append(f"That is more than --max-cost {cost.limit}.")
    lines.extend(f"The cost is not complete: {why}." for why in cost.unknown)
    return lines


def bill_in_words(bill: Bill) -> str:
    on = f"{instances_in_words(bill.instance_count, bill.instance_type)}"
    billed = f"{bill.role.capitalize()} variant {bill.variant} ({bill.model}) is billed on {on}"
    if bill.instance_hours is None:
        return f"{billed}, with no scheduled end."
    return f"{billed} until then: {bill.instance_hours:,.0f} instance-hours."


def _what_happens(verdict: Verdict, told: Callable[[str], str]) -> str:
    name = verdict.experiment or "of this resource"
    match verdict.kind:
        case Kind.CREATE:
            return f"Experiment {name} is created on endpoint {verdict.endpoint}."
        case Kind.REPLACE:
            return f"Experiment {name} is created on endpoint {verdict.endpoint} and replaces {verdict.replaces}."
        case Kind.UPDATE:
            changes = (f"{each.path} from {told(each.live)} to {told(each.declared)}" for each in verdict.differences)
            continues = "" if verdict.ends_then else " The test continues, and production does not change."
            return f"Experiment {name} changes {', '.join(changes)}.{continues}"
        case Kind.START:
            return f"The scheduled experiment {name} starts now."
        case Kind.PROMOTE | Kind.END:
            gate = (f"PromoteIf {verdict.gate}.",) if verdict.gate else ()
            return " ".join((f"Experiment {name} ends.", *map(_fate_in_words, _shadow_first(verdict.fates)), *gate))
        case Kind.CALL_OFF:
            return f"Experiment {name} is canceled before it starts."
        case Kind.REMOVE:
            return f"The record of experiment {name} is deleted."
        case Kind.ADOPT:
            return f"This resource adopts the existing experiment {name}."
        case Kind.NOTHING:
            return f"Experiment {name} does not change: {verdict.reason}."
        case Kind.REFUSED:
            return f"The deployment fails: {_sentence(verdict.reason)}"
    return f"The effect on experiment {name} is not known: {verdict.reason}."


def _shortened(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _shadow_first(fates: tuple[Fate, ...]) -> list[Fate]:
    return sorted(fates, key=lambda fate: fate.role != SHADOW)


def _fate_in_words(fate: Fate) -> str:
    variant = f"{fate.role.capitalize()} variant {fate.variant} ({fate.model})"
    on = instances_in_words(fate.instance_count, fate.instance_type)
    if fate.action == Action.PROMOTE:
        return f"{variant} takes all traffic on {on}."
    if fate.action == Action.REMOVE:
        return f"{variant} is removed."
    return f"{variant} {'continues to serve' if fate.role == PRODUCTION else 'remains'} on {on}."
