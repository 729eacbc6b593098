"""The handover of a request from one invocation to the next, as both tell each other on the experiment's tags.

Lambda may lose an invocation that it has accepted, and nobody else would see. So the next invocation acknowledges the
handover on a tag, which the one before looks for. A generation counts the handovers.
"""

from collections.abc import Mapping

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.operations import ADD_TAGS
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.steps import Call, Purpose
from inference_experiment_handler.model.tags import HANDOVER
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.plan.situation import Situation, Target


def tagged_target(situation: Situation) -> Target | None:
    """The experiment on whose tags the invocations tell each other; ``None`` where there is none to write on."""
    journal = situation.journal
    for target in situation.targets:
        leased = target.leased or target.name in journal.lease_observed
        if leased and not target.superseded and not journal.tags_in_conflict(target.name):
            return target
    return None


def ack_handover(situation: Situation) -> Call | None:
    """The call by which this invocation acknowledges that it goes on; ``None`` once it is made."""
    journal = situation.journal
    target = tagged_target(situation) if journal.generation else None
    if target is None:
        return None
    ack = f"{situation.request.token} {journal.generation} {journal.invocation}"
    call = Call(
        ADD_TAGS,
        target.name,
        arguments.add_tags(target.experiment, {HANDOVER: ack}),
        f"to acknowledge handover {journal.generation}",
        purpose=f"{Purpose.HANDOVER} {journal.generation}",
        tentative=True,
    )
    return None if journal.has_been_tried(call) else call


def handover_acked(request: Request, journal: Journal, tags: Mapping[str, str]) -> bool:
    """Whether the next invocation goes on, or one still later."""
    acked = _acked(request, tags)
    return acked is not None and acked[0] > journal.generation


def is_duplicate(request: Request, journal: Journal, tags: Mapping[str, str]) -> bool:
    """Whether another invocation is as far with the request as this one, or further.

    One that was only late was made again. Were both to hand over, there would be twice as many each time.
    """
    acked = _acked(request, tags)
    if acked is None:
        return False
    generation, invocation = acked
    same = generation == journal.generation and invocation != journal.invocation
    return generation > journal.generation or same


def _acked(request: Request, tags: Mapping[str, str]) -> tuple[int, str] | None:
    """The generation that was acknowledged, and by which invocation."""
    match tags.get(HANDOVER, "").split(" "):
        case [request.token, generation, invocation] if generation.isdecimal():
            return int(generation), invocation
    return None
