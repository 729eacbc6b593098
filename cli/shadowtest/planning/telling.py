"""Makes verdicts of the course of a request: what each call means, and what a reviewer must know about it."""

from dataclasses import replace
from datetime import datetime

from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.steps import Call, Done, Fail
from inference_experiment_handler.model.tags import ADOPTED
from inference_experiment_handler.plan import diff
from inference_experiment_handler.plan.fields import FIELDS
from inference_experiment_handler.spec.declaration import Action
from shadowtest.planning.billing import PRODUCTION, SHADOW, bills_of_endpoint, bills_of_test, count_of, end_of
from shadowtest.planning.live import Live
from shadowtest.planning.verdict import Difference, Fate, Kind, Verdict
from shadowtest.planning.what_if import Course, Taken

_UNDOABLE = {
    Kind.CREATE: True,
    Kind.UPDATE: True,
    Kind.ADOPT: True,
    # A start, an end, and the deletion of a record can't be reverted.
    Kind.REPLACE: False,
    Kind.START: False,
    Kind.PROMOTE: False,
    Kind.END: False,
    Kind.CALL_OFF: False,
    Kind.REMOVE: False,
}

_ENDS = (Kind.PROMOTE, Kind.END, Kind.CALL_OFF)


def tell(course: Course, now: datetime) -> tuple[Verdict, ...]:
    """What the handler will do for the request, in order."""
    verdicts: list[Verdict] = []
    waits: list[str] = []
    for taken in course.taken:
        waits += [each for each in taken.waits_for if each not in waits]
        verdict = _of_call(taken, taken.step, now) if isinstance(taken.step, Call) else None
        if verdict is not None:
            gate = _gate(course) if verdict.kind is Kind.PROMOTE else ""
            verdicts.append(replace(verdict, gate=gate, request=str(course.request.type), waits_for=tuple(waits)))
            waits = []
    end = _of_end(course, now, did_nothing=not verdicts)
    if end is not None:
        verdicts.append(replace(end, request=str(course.request.type), waits_for=tuple(waits)))
    return tuple(_before_its_end(verdict, verdicts[index + 1 :]) for index, verdict in enumerate(verdicts))


def _gate(course: Course) -> str:
    """It is judged once, before the first call."""
    judgements = (taken.before.judgement for taken in course.taken)
    return next((judgement.sentence for judgement in judgements if judgement is not None), "")


def _before_its_end(verdict: Verdict, later: list[Verdict]) -> Verdict:
    """If the same request ends the test next, only the changed fields of an update are relevant."""
    ends = any(each.kind in _ENDS and each.experiment == verdict.experiment for each in later)
    if verdict.kind is not Kind.UPDATE or not ends:
        return verdict
    return replace(verdict, can_be_undone=None, sampling=None, starts=None, ends=None, bills=(), ends_then=True)


def _of_end(course: Course, now: datetime, *, did_nothing: bool) -> Verdict | None:
    name, why = course.request.name, course.end.why
    match course.end:
        case Done() if did_nothing:
            kind = Kind.NOTHING
        case Done():
            return None
        case Fail():
            kind = Kind.REFUSED
        case _:
            kind = Kind.UNKNOWN
    observed = course.situation.observed
    verdict = Verdict(kind, observed.name if observed else name, reason=why)
    if course.crowd is not None:
        verdict = replace(verdict, endpoint=course.crowd.endpoint, crowd=course.crowd)
    return about(verdict, observed, course.live, now)


def _of_call(taken: Taken, call: Call, now: datetime) -> Verdict | None:
    kind = _kind(taken, call)
    if kind is None:
        return None
    before = next((each.experiment for each in taken.before.targets if each.name == call.subject), None)
    verdict = Verdict(
        kind,
        call.subject,
        reason=call.why,
        can_be_undone=_UNDOABLE[kind],
        operations=() if kind is Kind.ADOPT else (call.operation,),
        replaces=taken.before.request.replaces if kind is Kind.REPLACE else None,
    )
    if kind is Kind.UPDATE:
        fields = [field for field in FIELDS if field.name in call.fields]
        apart = diff.apart(taken.before.desired, taken.before.observed, fields) if taken.before.observed else []
        verdict = replace(verdict, differences=tuple(Difference(*each) for each in apart))
    if kind in (Kind.PROMOTE, Kind.END) and before is not None:
        return _ended(verdict, call, before, taken.after)
    after = taken.after.experiment(call.subject)
    arrival = taken.after.arrivals.get(call.subject.casefold())
    return about(verdict, arrival.experiment if arrival else after, taken.after, now)


def _kind(taken: Taken, call: Call) -> Kind | None:
    experiment = next((each.experiment for each in taken.before.targets if each.name == call.subject), None)
    match call.operation:
        case operations.CREATE:
            return Kind.REPLACE if taken.before.request.replaces else Kind.CREATE
        case operations.UPDATE:
            return Kind.UPDATE
        case operations.START:
            return Kind.START
        case operations.STOP if experiment is not None and experiment.not_started:
            return Kind.CALL_OFF
        case operations.STOP:
            return Kind.PROMOTE if Action.PROMOTE in call.arguments["ModelVariantActions"].values() else Kind.END
        case operations.DELETE:
            return Kind.REMOVE if experiment is not None and experiment.ended else Kind.CALL_OFF
        case operations.ADD_TAGS if any(tag["Key"] == ADOPTED for tag in call.arguments["Tags"]):
            return Kind.ADOPT
    # A lease, an intent, or tags: the test itself does not change.
    return None


def about(verdict: Verdict, experiment: ObservedExperiment | None, live: Live, now: datetime) -> Verdict:
    """The verdict with what is known about the test from then on."""
    if experiment is None:
        return verdict
    endpoint = live.endpoint(experiment.endpoint_name)
    about = replace(verdict, endpoint=experiment.endpoint_name)
    if experiment.ended:
        return about
    arrival = live.arrivals.get(experiment.name.casefold())
    return replace(
        about,
        sampling=experiment.sampling_percentage,
        starts=experiment.start,
        ends=end_of(experiment),
        bills=bills_of_test(experiment, (arrival.endpoint if arrival else None) or endpoint, now),
    )


def _ended(verdict: Verdict, call: Call, before: ObservedExperiment, after: Live) -> Verdict:
    arrival = after.arrivals[call.subject.casefold()]
    endpoint = arrival.endpoint or after.endpoint(before.endpoint_name)
    actions = call.arguments["ModelVariantActions"]
    serving = {each.variant_name: each for each in (*endpoint.production, *endpoint.shadows)} if endpoint else {}
    fates = []
    for role, name in ((PRODUCTION, before.production_name), (SHADOW, before.shadow_name)):
        own, served = before.variants[name], serving.get(name)
        fates.append(
            Fate(
                name,
                role,
                (served.model_name if served else None) or own.model_name,
                str(actions[name]),
                (served.instance_type if served else None) or own.instance_type,
                (count_of(served) if served else None) or own.instance_count,
            )
        )
    return replace(
        verdict, endpoint=before.endpoint_name, fates=tuple(fates), bills=bills_of_endpoint(endpoint), sampling=None
    )
