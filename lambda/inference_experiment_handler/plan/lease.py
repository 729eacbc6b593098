"""Being in charge of an experiment: of two requests about one resource, the newer one's word counts.

CloudFormation can send a request while an older one still waits (a cancelled update is rolled back at once), and Lambda
can run an old one again. A request writes its token on the experiment as soon as it sees that it can't be done at once;
one that finds a newer token there, or another in the place of its own, ends and leaves the experiment alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, OWNERS, STOP
from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.observer import Observation, Sight
from inference_experiment_handler.plan import arguments
from inference_experiment_handler.runtime.event import Request, issued_by


def lost_charge(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether another request is in charge whose word counts more than this one's."""
    name = sight.experiment.name
    held = sight.tags.get(ownership.REQUEST)
    if held is None or held == request.token:
        return False
    if progress.in_charge(name):
        # Right after a claim the tags may still show whose it was before, or come to show it only then.
        return held != progress.claims.get(name) and issued_by(held) >= issued_by(request.token)
    return issued_by(held) > issued_by(request.token)


def stopped_by(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether this request has stopped the test, or has announced to."""
    return ownership.announced(sight.tags).by == request.token or progress.perhaps_made(STOP, sight.experiment.name)


def taking_charge(request: Request, sight: Sight, progress: Progress) -> Call | None:
    """The call by which this request takes charge; ``None`` once it has."""
    name = sight.experiment.name
    if progress.in_charge(name) or sight.tags.get(ownership.REQUEST) == request.token:
        return None
    return _tagging(request, sight, progress, {}, "charge")


def announcing(
    request: Request, sight: Sight, progress: Progress, purpose: str, tags: Mapping[str, str]
) -> Call | None:
    """The call that writes down what is about to be done, or is proven; ``None`` once it is written, or can't be.

    So that whoever comes later knows, even if all that this request knew is lost. It takes charge, too.
    """
    call = _tagging(request, sight, progress, tags, purpose)
    if tags.items() <= sight.tags.items() or call.key in progress.calls or call.key in progress.refusals:
        return None
    return replace(call, tentative=True)


def marking(request: Request, step: Step, seen: Observation, progress: Progress) -> Call | None:
    """The call that puts back the owner's tags before one that IAM allows upon marked experiments alone.

    Somebody may have stripped them. What was applied last is not known any more then, but that something was is.
    """
    if not isinstance(step, Call) or step.operation not in OWNERS:
        return None
    sight = next(each for each in (seen.sight, seen.predecessor) if each and each.experiment.name == step.subject)
    # Being in charge is not enough: a test that is being taken over is not its owner's until all is well.
    own = progress.made(CREATE, step.subject) or request.owns(step.subject, sight.tags)
    if request.owner.tags.items() <= sight.tags.items() or not own or sight.owner_may_not_show_yet(seen.now):
        return None
    listed = arguments.listed({**request.owner.tags, ownership.APPLIED: ownership.UNKNOWN})
    call = Call(
        ADD_TAGS,
        step.subject,
        {"ResourceArn": sight.experiment.arn, "Tags": listed},
        "its owner's tags are gone",
        purpose="owner",
        tentative=True,
    )
    return None if call.key in progress.calls or call.key in progress.refusals else call


def held(request: Request, seen: Observation, progress: Progress) -> Sight | None:
    """An experiment that this request is in charge of, and on which it may write, if there is any."""
    for sight in (seen.sight, seen.predecessor):
        if sight is None or lost_charge(request, sight, progress):
            continue
        name = sight.experiment.name
        if (progress.in_charge(name) or name in progress.named) and not progress.tags_refused(name):
            return sight
    return None


def taking_over(request: Request, seen: Observation, progress: Progress) -> Call | None:
    """The call by which the next invocation tells the one before that it goes on; ``None`` once it is made.

    Nobody else would notice a hand-over that Lambda has lost.
    """
    sight = held(request, seen, progress) if progress.hops else None
    if sight is None:
        return None
    experiment = sight.experiment
    listed = arguments.listed({ownership.HOP: f"{request.token} {progress.hops} {progress.invocation}"})
    call = Call(
        ADD_TAGS,
        experiment.name,
        {"ResourceArn": experiment.arn, "Tags": listed},
        f"going on with it, {progress.hops}",
        purpose=f"hop {progress.hops}",
        tentative=True,
    )
    return None if call.key in progress.calls or call.key in progress.refusals else call


def taken_over(request: Request, tags: Mapping[str, str], progress: Progress) -> bool:
    """Whether the next invocation goes on, or one still later."""
    hop = _hop(request, tags)
    return hop is not None and hop[0] > progress.hops


def has_twin(request: Request, tags: Mapping[str, str], progress: Progress) -> bool:
    """Whether another invocation is as far with the request as this one, or further.

    One that was only late was made again. Were both to hand over, there would be twice as many each time.
    """
    hop = _hop(request, tags)
    return hop is not None and (hop[0] > progress.hops or (hop[0] == progress.hops and hop[1] != progress.invocation))


def _hop(request: Request, tags: Mapping[str, str]) -> tuple[int, str] | None:
    """How often the request was handed over, and to which invocation."""
    match tags.get(ownership.HOP, "").split(" "):
        case [request.token, number, invocation] if number.isdecimal():
            return int(number), invocation
    return None


def _tagging(request: Request, sight: Sight, progress: Progress, tags: Mapping[str, str], purpose: str) -> Call:
    name = sight.experiment.name
    before = None if progress.in_charge(name) else sight.tags.get(ownership.REQUEST, "")
    listed = arguments.listed({ownership.REQUEST: request.token, **tags})
    arguments_ = {"ResourceArn": sight.experiment.arn, "Tags": listed}
    return Call(ADD_TAGS, name, arguments_, f"{purpose}, first", purpose=purpose, takes_charge_from=before)
