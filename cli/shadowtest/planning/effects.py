"""The effect of each call on what is live. SageMaker is assumed to accept the call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from inference_experiment_handler.model import operations
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.steps import Call
from inference_experiment_handler.model.tags import started_at
from inference_experiment_handler.spec.limits import DEFAULT_TEST, LONGEST_TEST
from shadowtest.planning.deployments import after_stop, under_test, updating
from shadowtest.planning.live import Arrival, Live


def applied(call: Call, live: Live, now: datetime) -> Live:
    """What is live once SageMaker has accepted the call."""
    if call.operation == operations.CREATE:
        return _created(call, live, now)
    experiment = live.experiments[call.subject.casefold()]
    match call.operation:
        case operations.ADD_TAGS:
            return live.with_experiment(_tagged(experiment, call.arguments["Tags"]))
        case operations.DELETE_TAGS:
            gone = call.arguments["TagKeys"]
            kept = {key: value for key, value in (experiment.tags or {}).items() if key not in gone}
            return live.with_experiment(replace(experiment, tags=kept))
        case operations.UPDATE:
            return _updated(experiment, call.arguments, live)
        case operations.START:
            return _started(experiment, live, now)
        case operations.STOP:
            return _stopped(experiment, call.arguments, live, now)
        case operations.DELETE:
            return live.without_experiment(experiment.name)
    raise ValueError(f"the effect of {call.operation} is not known")


def _created(call: Call, live: Live, now: datetime) -> Live:
    arguments = dict(call.arguments)
    tags = arguments.pop("Tags")
    experiment = ObservedExperiment.from_api(
        {
            **arguments,
            "Arn": f"arn:aws:sagemaker:::inference-experiment/{call.subject.lower()}",
            "Status": str(Status.CREATING),
            "EndpointMetadata": {"EndpointName": arguments["EndpointName"]},
            "CreationTime": now,
        }
    )
    scheduled = experiment.start is not None
    experiment = _tagged(replace(experiment, tags={}, start=experiment.start or now), tags)
    if scheduled:
        return _begun(live, experiment, Arrival(replace(experiment, status=Status.CREATED), None))
    # The endpoint is changed only once the test starts.
    begun = _begun(live, experiment, _running(experiment, live))
    return replace(begun, endpoints=live.endpoints)


def _updated(experiment: ObservedExperiment, arguments: Mapping[str, Any], live: Live) -> Live:
    changed = ObservedExperiment.from_api({**_as_answered(experiment), **arguments})
    changed = replace(changed, tags=experiment.tags, start_called=experiment.start_called)
    if "Schedule" in arguments:
        changed = replace(changed, start=changed.start or experiment.start, end=changed.end or experiment.end)
    in_transition = replace(changed, status=Status.UPDATING)
    if experiment.not_started:
        return _begun(live, in_transition, Arrival(changed, None))
    if changed.sampling_percentage == experiment.sampling_percentage:
        # Only a change of the sampling deploys the variants again.
        return _begun(live, in_transition, Arrival(changed, None))
    return _begun(live, in_transition, _running(changed, live))


def _started(experiment: ObservedExperiment, live: Live, now: datetime) -> Live:
    start = started_at(experiment.tags or {}) or now
    end = min(experiment.end, start + LONGEST_TEST) if experiment.end is not None else None
    begun = replace(experiment, status=Status.STARTING, start=start, start_called=start, end=end)
    return _begun(live, begun, _running(begun, live))


def _stopped(experiment: ObservedExperiment, arguments: Mapping[str, Any], live: Live, now: datetime) -> Live:
    ended = replace(
        experiment, status=arguments["DesiredState"], status_reason=arguments.get("Reason", ""), concluded=now
    )
    endpoint = live.endpoint(experiment.endpoint_name)
    deployed = experiment.running and endpoint is not None
    arrival = Arrival(ended, after_stop(experiment, endpoint, arguments) if deployed and endpoint else None)
    return _begun(live, replace(experiment, status=Status.STOPPING), arrival)


def _running(experiment: ObservedExperiment, live: Live) -> Arrival:
    endpoint = live.endpoint(experiment.endpoint_name)
    # If no end was given, SageMaker sets it by its own rule.
    end = experiment.end or (experiment.start + DEFAULT_TEST if experiment.start is not None else None)
    running = replace(experiment, status=Status.RUNNING, end=end)
    return Arrival(running, under_test(experiment, endpoint) if endpoint is not None else None)


def _begun(live: Live, in_transition: ObservedExperiment, arrival: Arrival) -> Live:
    """What is live once the transition has begun. If the transition changes the endpoint, the endpoint is updating."""
    live = live.with_experiment(in_transition)
    endpoint = live.endpoint(in_transition.endpoint_name)
    if arrival.endpoint is not None and endpoint is not None:
        live = live.with_endpoint(updating(endpoint))
    return replace(live, arrivals={**live.arrivals, in_transition.name.casefold(): arrival})


def _tagged(experiment: ObservedExperiment, tags: list[Mapping[str, str]]) -> ObservedExperiment:
    added = {tag["Key"]: tag["Value"] for tag in tags}
    return replace(experiment, tags={**(experiment.tags or {}), **added})


def _as_answered(experiment: ObservedExperiment) -> dict[str, Any]:
    """The response of DescribeInferenceExperiment from which this experiment is observed."""
    times = {"StartTime": experiment.start, "EndTime": experiment.end}
    mode = {
        "SourceModelVariantName": experiment.production_name,
        "ShadowModelVariants": [
            {
                "ShadowModelVariantName": experiment.shadow_name,
                "SamplingPercentage": experiment.sampling_percentage,
            }
        ],
    }
    return {
        "Name": experiment.name,
        "Arn": experiment.arn,
        "Status": experiment.status,
        "StatusReason": experiment.status_reason,
        "Type": experiment.type,
        "RoleArn": experiment.role_arn,
        "EndpointMetadata": {
            "EndpointName": experiment.endpoint_name,
            "EndpointConfigName": experiment.endpoint_config_name,
        },
        "ShadowModeConfig": mode,
        "ModelVariants": [variant.to_api() for variant in experiment.variants.values()],
        "Description": experiment.description,
        "KmsKey": experiment.kms_key,
        "DataStorageConfig": experiment.data_storage.to_api() if experiment.data_storage else None,
        "Schedule": {key: at for key, at in times.items() if at is not None},
        "CreationTime": experiment.created,
        "CompletionTime": experiment.concluded,
    }
