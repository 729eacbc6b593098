"""Compares what is live with what is declared, by what the handler would do if the declaration came once more."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from inference_experiment_handler.client import SageMaker
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.ending_proof import ending_problem, shadow_left
from inference_experiment_handler.plan.resolution import resolve_ending
from inference_experiment_handler.spec.declaration import Action
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.drift.finding import ResourceDrift
from shadowtest.planning.change import Change
from shadowtest.planning.live import Live, read_live
from shadowtest.planning.placeholders import shown, unknown_paths
from shadowtest.planning.requests import repeated_request
from shadowtest.planning.telling import tell
from shadowtest.planning.verdict import Kind, Verdict
from shadowtest.planning.what_if import course_of

_EARLY = timedelta(minutes=10)
"""A test that ended as long as this before its time was stopped by somebody."""


def drift_of(stack: str, change: Change, sagemaker: SageMaker, now: datetime) -> ResourceDrift:
    """``change``: a resource as it is deployed. Raises a ``ServiceError`` where a read fails."""
    name = change.physical_id or ""
    drift = ResourceDrift(stack, change.logical_id, name)
    unknown = tuple(
        f"{shown(path)} is known only to CloudFormation ({value.why})" for path, value in unknown_paths(change.deployed)
    )
    if unknown:
        return ResourceDrift(stack, change.logical_id, name, unknown=unknown)
    try:
        request = repeated_request(change, now)
    except InvalidPropertiesError as error:
        return ResourceDrift(
            stack, change.logical_id, name, unknown=(f"this version refuses what is deployed: {error}",)
        )
    live = read_live([request], sagemaker, now)
    verdicts = tell(course_of(request, live, now), now)
    reasons = [*_by_verdicts(verdicts), *_over_early(request, live), *_endpoint_differs(request, live)]
    return ResourceDrift(
        drift.stack,
        drift.logical_id,
        name,
        tuple(each for verdict in verdicts for each in verdict.differences),
        tuple(dict.fromkeys(reasons)),
        tuple(verdict.reason for verdict in verdicts if verdict.kind is Kind.UNKNOWN),
    )


def _by_verdicts(verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    """What the handler would do, or refuse to do, beyond changing fields."""
    for verdict in verdicts:
        match verdict.kind:
            case Kind.CREATE:
                yield f"experiment {verdict.experiment} is not there"
            case Kind.START:
                yield f"experiment {verdict.experiment} has not started"
            case Kind.PROMOTE | Kind.END | Kind.CALL_OFF:
                yield f"experiment {verdict.experiment} has not ended as declared"
            case Kind.ADOPT:
                yield f"experiment {verdict.experiment} does not bear the tags of this resource"
            case Kind.REFUSED:
                yield verdict.reason


def _over_early(request: Request, live: Live) -> Iterator[str]:
    experiment = live.experiment(request.name)
    declared = request.declared
    if experiment is None or declared is None or declared.conclusion is not None or not experiment.ended:
        return
    concluded, end = experiment.concluded, experiment.end
    is_early = concluded is not None and end is not None and end - concluded > _EARLY
    if experiment.was_cancelled or is_early:
        reason = f" ({experiment.status_reason})" if experiment.status_reason else ""
        yield f"experiment {experiment.name} is {experiment.status}{reason}, and no conclusion is declared"


def _endpoint_differs(request: Request, live: Live) -> Iterator[str]:
    experiment = live.experiment(request.name)
    if experiment is None:
        return
    endpoint = live.endpoint(experiment.endpoint_name)
    if endpoint is not None and endpoint.in_transition:
        return
    problem = displaced(experiment, endpoint) if experiment.running else _after_the_end(request, experiment, endpoint)
    if problem:
        yield problem


def _after_the_end(request: Request, experiment: ObservedExperiment, endpoint: ObservedEndpoint | None) -> str | None:
    """Of a test that is over: a shadow variant that nobody has declared to stay, or a promotion that does not serve."""
    declared = request.declared
    if not experiment.ended or declared is None:
        return None
    if declared.conclusion is None:
        return shadow_left(experiment, endpoint)
    ending = resolve_ending(declared.conclusion, experiment)
    return ending_problem(ending, experiment, endpoint) if ending.shadow != Action.RETAIN else None
