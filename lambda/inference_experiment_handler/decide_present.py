"""Make it exist as declared: a Create or an Update."""

from inference_experiment_handler import arguments, fields, ownership
from inference_experiment_handler.charge import lost_charge, taking_charge
from inference_experiment_handler.decide_ended import decide_ended, way_out
from inference_experiment_handler.decide_removal import DELETE, STOP, call_once, end, unsettled
from inference_experiment_handler.declaration import Declaration
from inference_experiment_handler.endpoint_checks import why_not_here
from inference_experiment_handler.event import Request, RequestType
from inference_experiment_handler.live import KNOWN_STATUSES, Experiment, Status
from inference_experiment_handler.matching import same_name
from inference_experiment_handler.observe import Observation, Sight
from inference_experiment_handler.progress import Progress
from inference_experiment_handler.properties import length_problem
from inference_experiment_handler.reading import iso_instant
from inference_experiment_handler.settle import settle
from inference_experiment_handler.steps import Call, Done, Fail, Step, Wait

CREATE = "CreateInferenceExperiment"
UPDATE = "UpdateInferenceExperiment"
START = "StartInferenceExperiment"


def decide_present(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step:
    """The step of a Create or an Update. What is refused is refused before anything is touched."""
    sight = seen.sight
    if sight is None:
        step = _absent(request, declaration, seen, progress)
    else:
        step = _there(request, declaration, sight, seen, progress)
    if isinstance(step, Fail) or progress.made(CREATE, request.name):
        return step
    way = _way_made(request, declaration, seen, progress)
    if isinstance(step, Wait) and isinstance(way, Call) and not way.takes_charge:
        # Whether this will be refused is not known yet; being in charge can't wait for that.
        return step
    return way or step


def _there(request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress) -> Step:
    experiment = sight.experiment
    if experiment.status not in KNOWN_STATUSES:
        return Fail(f"{experiment.name} has status {experiment.status!r}, which this version does not know")
    own = progress.in_charge(experiment.name) or _owns(request, sight)
    if not own and not declaration.adopt_existing:
        return Fail(
            f"an experiment named {experiment.name} exists and is not this resource's: "
            f"{ownership.described(sight.tags)}. Choose another Name, or take it over with AdoptExisting: true"
        )
    if lost_charge(request, sight, progress):
        return Fail(f"a newer request has taken charge of {experiment.name}; this one leaves it alone")
    # An experiment that is being taken over gets its tags last: until all is well, it isn't ours to clean up.
    claim = taking_charge(request, sight, progress) if own else None
    if experiment.in_transition:
        return claim or Wait(f"waiting for {experiment.status} to pass")
    if experiment.ended:
        return decide_ended(request, declaration, sight, seen, progress)
    step = _going(request, declaration, sight, seen, progress)
    return claim if claim and isinstance(step, Call) else step


def _going(request: Request, declaration: Declaration, sight: Sight, seen: Observation, progress: Progress) -> Step:
    """Created or Running: update what differs, then conclude it, then start it, then be done."""
    experiment = sight.experiment
    applied = ownership.read(sight.tags)
    # What live doesn't tell counts as brought about once it has been sent. Before and after its start are two updates:
    # an end that counts from the start is known only then.
    sent = progress.made(UPDATE, experiment.name, experiment.status)
    differing = fields.differing(declaration, experiment, None if sent else applied, seen.now)
    refusal = _refusal(declaration, experiment, differing, seen)
    if refusal:
        # What was applied last and drifted beyond repair since is no reason to fail: a rollback must get through.
        unchanged = request.type is RequestType.UPDATE and applied == fields.applied_by(declaration)
        return settle(request, declaration, sight, progress, refusal) if unchanged else Fail(refusal)
    if differing:
        difference = fields.described(declaration, experiment, differing)
        if progress.settling(UPDATE, experiment.name, seen.now, experiment.status):
            return Wait(f"waiting for {UPDATE} to show: {difference}")
        if sent:
            said = f"; SageMaker says: {experiment.status_reason}" if experiment.status_reason else ""
            return Fail(f"{UPDATE} was accepted but did not bring about {difference}{said}")
        update = arguments.update(declaration, experiment, {field.name for field in differing})
        return Call(UPDATE, experiment.name, update, difference, purpose=experiment.status)
    if declaration.conclusion is not None:
        if experiment.status == Status.CREATED and progress.refused(STOP, experiment.name):
            # Whether a test that has not started can be stopped is not documented; without a record it never starts.
            return call_once(DELETE, experiment, {"Name": experiment.name}, progress, seen)
        reason = f"concluded by {request.owner.logical_id} of stack {request.owner.stack_id}"
        stop = arguments.stop(experiment, declaration.conclusion, reason)
        return call_once(STOP, experiment, stop, progress, seen)
    if experiment.status == Status.CREATED and declaration.schedule.is_due(seen.now):
        return call_once(START, experiment, {"Name": experiment.name}, progress, seen)
    return settle(request, declaration, sight, progress, f"{experiment.status}, as declared")


def _refusal(
    declaration: Declaration, experiment: Experiment, differing: list[fields.Field], seen: Observation
) -> str | None:
    """Why this can't be brought about; ``None`` where it can."""
    fixed = [field for field in differing if experiment.status not in field.changes_in]
    if fixed:
        return (
            f"{fields.described(declaration, experiment, fixed)} can't change while {experiment.name} is "
            f"{experiment.status}. {way_out(declaration)}"
        )
    names = {field.name for field in differing}
    if "DataStorageConfig" in names and declaration.data_storage is None:
        return f"DataStorageConfig can change, but not be taken away again. {way_out(declaration)}"
    end_time = arguments.end_to_send(declaration, experiment) if "Schedule.EndTime" in names else None
    if end_time is not None and end_time <= seen.now:
        return f"Schedule.EndTime {iso_instant(end_time)} is past: to end the test now, declare DesiredState"
    if "ModelVariants" in names and declaration.production not in experiment.variants.values():
        return why_not_here(declaration, seen.endpoint)
    return None


def _absent(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step:
    """There is no experiment: create it, unless it was there a moment ago, or there is nothing to create."""
    name = request.name
    if progress.made(DELETE, name) and declaration.conclusion is not None:
        return Done(f"{name} was called off before it started")
    if progress.made(CREATE, name) and not progress.seen and progress.settling(CREATE, name, seen.now):
        return Wait(f"waiting for {CREATE} to show")
    if progress.made(CREATE, name) or progress.seen:
        return Fail(f"{name} was deleted by somebody else while this request was under way; it is not created again")
    over = _over(declaration, seen)
    if request.type is RequestType.UPDATE and request.replaces is None and (declaration.conclusion or over):
        return Done(f"there is no experiment {name}, and its test is declared to be over")
    problem = _why_not_created(request, declaration, seen, progress) or over
    if problem:
        return Fail(problem)
    wait = unsettled(seen.endpoint)
    if wait is not None:
        return wait
    problem = why_not_here(declaration, seen.endpoint)
    if problem:
        return Fail(problem)
    tags = {
        **declaration.tags,
        **request.owner.tags,
        ownership.REQUEST: request.token,
        ownership.APPLIED: ownership.written(fields.applied_by(declaration)),
    }
    create = arguments.create(declaration, name, tags, seen.now)
    return Call(CREATE, name, create, "there is no experiment")


def _why_not_created(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> str | None:
    if declaration.conclusion is not None:
        return (
            f"DesiredState {declaration.conclusion.desired_state} ends a test, but there is none named {request.name} "
            "yet: to start one, take DesiredState and ModelVariantActions out of the declaration"
        )
    if request.replaces in progress.claims and seen.predecessor is None and not progress.made(DELETE, request.replaces):
        return f"{request.replaces}, which {request.name} was to follow, was deleted meanwhile; nothing is created"
    if declaration.schedule.start is None and declaration.schedule.end is not None:
        problem = length_problem(declaration.schedule.end - seen.now, " from now")
        return f"Schedule.EndTime {problem}" if problem else None
    return None


def _over(declaration: Declaration, seen: Observation) -> str | None:
    end_time = declaration.schedule.end_of_a_test_started_at(declaration.schedule.start or seen.now)
    return f"Schedule.EndTime {iso_instant(end_time)} is past" if end_time and end_time <= seen.now else None


def _way_made(request: Request, declaration: Declaration, seen: Observation, progress: Progress) -> Step | None:
    """The next step towards a place free of the run that this one replaces; ``None`` once it is free."""
    if seen.predecessor is None or request.previous is None:
        return None
    experiment = seen.predecessor.experiment
    # Back to the id that CloudFormation knows: the run that was to replace it is an orphan, nobody else will delete it.
    orphan = request.physical_id == request.name
    in_the_way = same_name(experiment.endpoint_name, declaration.endpoint_name)
    if not progress.in_charge(experiment.name) and not _owns(request, seen.predecessor):
        return None
    if lost_charge(request, seen.predecessor, progress):
        return Fail(f"a newer request has taken charge of {experiment.name}; {request.name} is left alone")
    claim = taking_charge(request, seen.predecessor, progress)
    if claim is not None:
        return claim
    if not orphan and not in_the_way:
        return None
    ended = end(seen.predecessor, request.previous.removal, f"replaced by {request.name}", progress, seen)
    if ended is None and orphan and not request.previous.removal.keeps_record:
        return call_once(DELETE, experiment, {"Name": experiment.name}, progress, seen)
    return ended


def _owns(request: Request, sight: Sight) -> bool:
    return request.owner.owns(sight.tags, by_name=sight.experiment.name in request.generated_names)
