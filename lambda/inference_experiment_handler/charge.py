"""Being in charge of an experiment: of two requests about one resource, the newer one's word counts.

CloudFormation can send a request while an older one still waits (a cancelled update is rolled back at once), and Lambda
can run an old one again. A request writes its token on the experiment as soon as it sees that it can't be done at once;
one that finds a newer token there, or another in the place of its own, ends and leaves the experiment alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from inference_experiment_handler import arguments, ownership
from inference_experiment_handler.event import Request, issued_by
from inference_experiment_handler.observe import Observation, Sight
from inference_experiment_handler.operations import ADD_TAGS, OWNERS, STOP
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.steps import Call, Step


def lost_charge(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether another request is in charge whose word counts more than this one's."""
    name = sight.experiment.name
    held = sight.tags.get(ownership.REQUEST)
    if held is None or held == request.token:
        return False
    if progress.in_charge(name):
        # Right after a claim the tags may still show whose it was before.
        return held != progress.claims.get(name)
    return issued_by(held) > issued_by(request.token)


def stopped_by(request: Request, sight: Sight, progress: Progress) -> bool:
    """Whether this request has stopped the test, or has announced to."""
    announced = ownership.ENDING in sight.tags and sight.tags.get(ownership.REQUEST) == request.token
    return announced or progress.perhaps_made(STOP, sight.experiment.name)


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
    own = progress.in_charge(step.subject) or request.owns(step.subject, sight.tags)
    if ownership.STACK_ID in sight.tags or not own or sight.owner_may_not_show_yet(seen.now):
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
    """An experiment that this request is in charge of, if there is any."""
    for sight in (seen.sight, seen.predecessor):
        if sight is None or lost_charge(request, sight, progress):
            continue
        name = sight.experiment.name
        if progress.in_charge(name) or name in progress.named:
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
    listed = arguments.listed({ownership.HOP: f"{request.token} {progress.hops}"})
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
    token, _, number = tags.get(ownership.HOP, "").partition(" ")
    return token == request.token and number.isdecimal() and int(number) > progress.hops


def _tagging(request: Request, sight: Sight, progress: Progress, tags: Mapping[str, str], purpose: str) -> Call:
    name = sight.experiment.name
    before = None if progress.in_charge(name) else sight.tags.get(ownership.REQUEST, "")
    listed = arguments.listed({ownership.REQUEST: request.token, **tags})
    arguments_ = {"ResourceArn": sight.experiment.arn, "Tags": listed}
    return Call(ADD_TAGS, name, arguments_, f"{purpose}, first", purpose=purpose, takes_charge_from=before)
