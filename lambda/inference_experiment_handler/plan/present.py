"""Make it exist as declared: a Create or an Update."""

from collections.abc import Collection

from inference_experiment_handler.model import tags as ownership
from inference_experiment_handler.model.journal import Progress
from inference_experiment_handler.model.observed import KNOWN_STATUSES, Experiment, Status
from inference_experiment_handler.model.operations import CREATE, START, UPDATE
from inference_experiment_handler.model.steps import Call, Done, Fail, Refusal, Step, Wait
from inference_experiment_handler.observer import Observation, Sight, unproven
from inference_experiment_handler.plan import arguments, fields, stack
from inference_experiment_handler.plan import endpoint as endpoint_checks
from inference_experiment_handler.plan.absent import decide_absent
from inference_experiment_handler.plan.calls import call_once, called_off
from inference_experiment_handler.plan.ended import decide_ended
from inference_experiment_handler.plan.finalize import settle
from inference_experiment_handler.plan.lease import announcing, lost_charge, taking_charge
from inference_experiment_handler.plan.matching import same_name
from inference_experiment_handler.plan.removal import ended, removed, stop
from inference_experiment_handler.plan.wording import GIVEN_UP, way_out
from inference_experiment_handler.runtime.event import Request
from inference_experiment_handler.spec.declaration import Declaration, Removal
from inference_experiment_handler.spec.reader import iso_instant


def decide_present(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step | Refusal:
    """The step of a Create or an Update. What is refused is refused before anything is touched."""
    taken_back = _taken_back(request, seen, progress)
    if taken_back is not None:
        return taken_back
    if seen.sight is None:
        step = decide_absent(request, declaration, seen, progress)
    else:
        step = _existing(request, declaration, seen.sight, seen, progress)
    way = _way_made(request, declaration, seen, progress)
    if isinstance(step, Refusal) and way is not None and request.physical_id == request.name:
        # A rollback leaves its own run as it is, but not the one that was to replace it.
        return Refusal(step.reason, in_rollback=way)
    if way is None or isinstance(step, Fail | Refusal):
        return step
    if not isinstance(step, Wait):
        return way
    # Whether this will be refused is not known yet. Being in charge can't wait for that, everything else can.
    predecessor = seen.predecessor
    charge = taking_charge(request, predecessor, progress) if predecessor and not predecessor.experiment.ended else None
    return charge or step


def _taken_back(request: Request, seen: Observation, progress: Progress) -> Step | None:
    """What this request has created goes again where nobody waits for it any more.

    A Delete that came while it was being created may have found nothing, and no other will come.
    """
    created_at = progress.perhaps_made_at(CREATE, request.name)
    if seen.sight is None or created_at is None:
        return None
    if seen.sight.succeeded and not seen.sight.owner_may_not_show_yet(seen.now):
        return None
    superseded = seen.predecessor is not None and lost_charge(request, seen.predecessor, progress)
    given_up = superseded or stack.gave_up(request, progress, since=created_at)
    if given_up is None:
        return stack.asking(request, "whether what was created is still waited for")
    if not given_up:
        return None
    return removed(request, seen.sight, Removal(), seen, progress, because="given up with") or Fail(GIVEN_UP)


def _existing(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress
) -> Step | Refusal:
    experiment = sight.experiment
    if experiment.status not in KNOWN_STATUSES:
        return Fail(f"{experiment.name} has status {experiment.status!r}, which this version does not know")
    own = progress.in_charge(experiment.name) or request.owns(experiment.name, sight.tags)
    if not own and sight.owner_may_not_show_yet(seen.now):
        return Wait(f"waiting for the tags of {experiment.name} to show")
    if not own and not declaration.adopt_existing:
        return Refusal(
            f"an experiment named {experiment.name} exists and is not this resource's: "
            f"{ownership.described(sight.tags)}. Choose another Name, or take it over with AdoptExisting: true",
            in_rollback=Done(f"{experiment.name} is not this resource's and stays untouched"),
        )
    if own and lost_charge(request, sight, progress):
        return Fail(f"a newer request has taken charge of {experiment.name}; this one leaves it alone")
    # An experiment that is being taken over gets its tags last: until all is well, it isn't ours to clean up.
    charge = taking_charge(request, sight, progress) if own else None
    if experiment.in_transition:
        under_way = _under_way(request, declaration, sight, seen, progress) if own else None
        return under_way or charge or Wait(f"waiting for {experiment.status} to pass")
    if experiment.ended:
        return decide_ended(request, declaration, sight, seen, progress)
    step = _created_or_running(request, declaration, sight, seen, progress, own=own)
    return charge if charge and isinstance(step, Call) and not step.takes_charge else step


def _under_way(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress
) -> Step | None:
    """The last steps for a test that is about to run, where the deployment doesn't wait until it does."""
    experiment = sight.experiment
    starts = experiment.status in (Status.CREATING, Status.STARTING) and declaration.conclusion is None
    if declaration.waits_until_running or not starts:
        return None
    if fields.differing(declaration, experiment, _applied(request, sight), seen.now, sent=progress.sent):
        return None
    return settle(request, declaration, sight, progress, f"{experiment.status}, and not waited for any longer")


def _applied(request: Request, sight: Sight) -> dict[str, str] | None:
    """What was applied last: as the tags have it, or else as CloudFormation presents what was declared before."""
    previous = request.previous
    return ownership.read(sight.tags) or (dict(previous.applied) if previous and previous.applied else None)


def _created_or_running(
    request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress, *, own: bool
) -> Step | Refusal:
    """Created or Running: update what differs, then conclude it, then start it, then be done."""
    experiment = sight.experiment
    differing = fields.differing(
        declaration,
        experiment,
        _applied(request, sight) if own else ownership.read(sight.tags),
        seen.now,
        sent=progress.sent,
        adopting=not own,
    )
    decides = declaration.conclusion is None and experiment.status == Status.CREATED
    if decides and endpoint_checks.decides(declaration, experiment, seen.now):
        wait = endpoint_checks.still_updating(seen.endpoint(declaration.endpoint_name))
        if wait is not None:
            return wait
    refused = _refused(declaration, experiment, differing, seen)
    repairable = [field for field in differing if field.name not in refused]
    step = _repair_conclude_start(request, declaration, sight, seen, progress, differing=repairable, refused=refused)
    return Refusal(" ".join(dict.fromkeys(refused.values())), in_rollback=step) if refused else step


def _repair_conclude_start(
    request: Request,
    declaration: Declaration,
    sight: Sight,
    seen: Observation,
    progress: Progress,
    *,
    differing: list[fields.Field],
    refused: Collection[str],
) -> Step:
    experiment, conclusion = sight.experiment, declaration.conclusion
    if differing:
        return _update(declaration, experiment, differing, seen, progress)
    if conclusion is not None and not refused:
        reason = f"concluded by {request.owner.logical_id} of stack {request.owner.stack_id}"
        if experiment.status == Status.CREATED:
            call_off = arguments.stop(experiment, conclusion, reason)
            return called_off(experiment, call_off, seen, progress, record_may_go=False)
        return stop(request, sight, conclusion, seen, progress, reason=reason)
    due = conclusion is None and declaration.schedule.is_due(seen.now)
    if experiment.status == Status.CREATED and due and not refused:
        announcement = announcing(request, sight, progress, "start", {ownership.STARTED: iso_instant(seen.now)})
        if announcement is not None:
            return announcement
        return call_once(START, experiment, {"Name": experiment.name}, progress, seen)
    why = f"{experiment.status}, {'as declared' if not refused else 'and as far as it can be as declared'}"
    return settle(request, declaration, sight, progress, why, brought_about=not refused)


def _update(
    declaration: Declaration,
    experiment: Experiment,
    differing: list[fields.Field],
    seen: Observation,
    progress: Progress,
) -> Step:
    """Each field is sent once: one that still differs then is reported."""
    again = [field for field in differing if field.name in progress.sent]
    if again and progress.settling(UPDATE, experiment.name, seen.now):
        return Wait(f"waiting for {UPDATE} to show: {fields.described(declaration, experiment, again)}")
    if again:
        said = f"; SageMaker says: {experiment.status_reason}" if experiment.status_reason else ""
        described = fields.described(declaration, experiment, again)
        return Fail(f"{UPDATE} was accepted but did not bring about {described}{said}")
    names = tuple(field.name for field in differing)
    update = arguments.update(declaration, experiment, names)
    return Call(UPDATE, experiment.name, update, fields.described(declaration, experiment, differing), fields=names)


def _refused(
    declaration: Declaration, experiment: Experiment, differing: list[fields.Field], seen: Observation
) -> dict[str, str]:
    """What can't be brought about, by field, and why; checked before anything is called."""
    refused = {}
    fixed = [field for field in differing if experiment.status not in field.changes_in]
    if fixed:
        words = fields.described(declaration, experiment, fixed)
        while_running = f"{words} can't change while {experiment.name} is {experiment.status}. {way_out(declaration)}."
        refused.update({field.name: while_running for field in fixed})
    names = {field.name for field in differing} - refused.keys()
    if "DataStorageConfig" in names and declaration.data_storage is None:
        refused["DataStorageConfig"] = f"DataStorageConfig can't be taken away again. {way_out(declaration)}."
    end_time = arguments.end_to_send(declaration, experiment) if "Schedule.EndTime" in names else None
    if end_time is not None and end_time <= seen.now:
        refused["Schedule.EndTime"] = (
            f"Schedule.EndTime {iso_instant(end_time)} is past: to end the test now, declare DesiredState."
        )
    if experiment.status == Status.CREATED:
        refused.update(_refused_before_its_start(declaration, experiment, seen))
    # The variants and their names go together, or not at all.
    for one, other in (("ModelVariants", "ShadowModeConfig"), ("ShadowModeConfig", "ModelVariants")):
        if one in refused:
            refused.setdefault(other, refused[one])
    return refused


def _refused_before_its_start(declaration: Declaration, experiment: Experiment, seen: Observation) -> dict[str, str]:
    conclusion = declaration.conclusion
    if conclusion is not None and conclusion.shadow != "Remove":
        return {
            "ModelVariantActions": f"{experiment.name} has not started, so there is nothing to "
            f"{conclusion.shadow.lower()}: call it off (remove the shadow variant), or let it run first."
        }
    if conclusion is None and endpoint_checks.decides(declaration, experiment, seen.now):
        problem = endpoint_checks.why_not_here(declaration, seen.endpoint(declaration.endpoint_name))
        return {"ModelVariants": f"{problem}."} if problem else {}
    return {}


def _way_made(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step | None:
    """The next step towards a place free of the run that this one replaces; ``None`` once it is free."""
    if seen.predecessor is None or request.previous is None or request.replaces is None:
        return None
    experiment = seen.predecessor.experiment
    orphan = _is_orphan(request, seen.predecessor, seen)
    there = seen.experiment is not None and not seen.experiment.ended
    if there and experiment.ended and not orphan:
        return None
    if not progress.in_charge(experiment.name) and not request.owns(experiment.name, seen.predecessor.tags):
        return None
    if lost_charge(request, seen.predecessor, progress):
        return Fail(f"a newer request has taken charge of {experiment.name}; {request.name} is left alone")
    charge = taking_charge(request, seen.predecessor, progress)
    if charge is not None and not experiment.ended and experiment.status != Status.RUNNING:
        return charge
    if orphan:
        return removed(request, seen.predecessor, request.previous.removal, seen, progress, because="replaced by")
    if not same_name(experiment.endpoint_name, declaration.endpoint_name):
        return None
    reason = f"replaced by {request.name}"
    step = ended(request, seen.predecessor, request.previous.removal, seen, progress, reason=reason)
    if step is None and unproven(seen.predecessor, progress):
        # From now on the endpoint shows what the new run does.
        return announcing(request, seen.predecessor, progress, "proof", {ownership.ENDING: ownership.PROVEN})
    return step


def _is_orphan(request: Request, predecessor: Sight, seen: Observation) -> bool:
    """Whether a rollback finds the run that was to replace the one it goes back to. Nobody else would delete it.

    CloudFormation goes back to the id that it knows, so it knows nothing of the other run. But one that was there
    before, and was kept, is none that a failed update has left behind.
    """
    if request.physical_id != request.name:
        return False
    if not predecessor.succeeded:
        return True
    created = predecessor.experiment.created
    before = seen.experiment.created if seen.experiment else None
    return not predecessor.experiment.ended and created is not None and before is not None and created > before
