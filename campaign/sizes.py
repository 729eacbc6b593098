"""Whether an ending has left the instances that it declares (``DesiredModelVariants``)."""

from collections.abc import Sequence

from campaign import resizing
from campaign.cloudformation import Request
from campaign.handler_calls import HandlerCalls
from local.sagemaker import SageMaker
from simulation.cloudformation import Answer
from simulation.declarations import Declaration


def concluded_otherwise(declared: Declaration, name: str, service: SageMaker) -> str | None:
    """The instances that a conclusion declares, but that the endpoint does not have."""
    live = service.experiment(name)
    if live is None or "DesiredState" not in declared:
        return None
    start, end = live["Schedule"].get("StartTime"), live.get("CompletionTime")
    never_ran = start is not None and end is not None and end < start
    return None if never_ran else resizing.lacking(declared, service, declared["EndpointName"])


def left_otherwise(
    request: Request, answer: Answer, calls: HandlerCalls, requests: Sequence[Request], service: SageMaker
) -> str | None:
    """The same for ``OnDelete`` and the running test that this Delete has stopped."""
    stopped = any(
        call.request == request.id
        and call.operation == "StopInferenceExperiment"
        and call.status == "Running"
        and not call.code
        for call in calls.made
    )
    name = answer.physical_id
    made = [each for each in calls.made if each.operation == "CreateInferenceExperiment" and not each.code]
    created = max((each.at for each in made if each.name == name.lower()), default=requests[0].sent)
    # One that never came about as declared, or does not seem so as its tags do not show yet, keeps nothing. A rollback
    # succeeds even where it leaves what a failed update has created.
    since = request.sent - service.behaviour.tags_visible_after
    came_about = any(
        settled.succeeded and created < settled.at < since and settled.physical_id == name
        for settled in (each.answer for each in requests if each.kind != "Rollback")
        if settled is not None
    )
    if not stopped or not came_about:
        return None
    return resizing.lacking(request.declared.get("OnDelete", {}), service, request.declared["EndpointName"])
