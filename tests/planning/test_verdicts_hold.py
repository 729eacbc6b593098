"""What the verdicts foretell is what the handler then does, on the simulated SageMaker."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.observer import observe_endpoint
from shadowtest.planning.change import Change
from shadowtest.planning.live import Live
from shadowtest.planning.requests import as_sent
from shadowtest.planning.verdict import Kind
from shadowtest.planning.verdicts import Foretold, foretell, live_for
from simulation.declarations import Declaration
from simulation.endpoints import SOMEBODY
from tests.planning.scenes import BASES, CHANGES, EVENTS, FIRST, Scene
from tests.support.stack import READS, Stack

TAGS = {"AddTags", "DeleteTags"}


def foretold(scene: Scene, declared: Declaration | None, *, stops_scheduled: bool = False) -> Foretold:
    change = Change(scene.stack.stack_id, scene.stack.logical_id, scene.deployed, declared, scene.physical_id)
    now = scene.stack.clock.now()
    live = live_for(change, scene.stack.ports.sagemaker(), now)
    return foretell(change, live, now, stops_scheduled=stops_scheduled)


def deploy(scene: Scene, declared: Declaration | None) -> list[tuple[bool, str]]:
    """What CloudFormation does: the answers, each with its reason."""
    stack, deployed, physical_id = scene.stack, scene.deployed, scene.physical_id
    if declared is None:
        assert deployed is not None
        assert physical_id is not None
        answers = [stack.delete(deployed, physical_id)]
    elif deployed is None or physical_id is None:
        answers = [stack.create(declared)]
    elif as_sent(deployed) == as_sent(declared):
        return []
    else:
        answers = [stack.update(deployed, declared, physical_id)]
        if answers[0].succeeded and answers[0].physical_id != physical_id:
            answers.append(stack.delete(deployed, physical_id))
    return [(answer.succeeded, answer.reason) for answer in answers]


def made(stack: Stack, since: int) -> list[str]:
    """The calls of the handler's that changed something, in order."""
    calls = (call for call in stack.sagemaker.record[since:] if not call.code and call.principal != SOMEBODY)
    return [call.operation for call in calls if call.operation not in READS | TAGS]


def shown(experiment: ObservedExperiment) -> dict[str, Any]:
    return {
        "status": experiment.status,
        "sampling": experiment.sampling_percentage,
        "variants": experiment.variants,
        "description": experiment.description,
        "storage": experiment.data_storage,
        "roles": (experiment.production_name, experiment.shadow_name),
    }


def serves(endpoint: ObservedEndpoint | None) -> Any:
    if endpoint is None:
        return None
    served = [
        [(each.variant_name, each.model_name, each.instance_type, each.instance_count) for each in variants]
        for variants in (endpoint.production, endpoint.shadows)
    ]
    return (endpoint.status, served)


def check(scene: Scene, declared: Declaration | None, *, stops_scheduled: bool = False) -> Foretold:
    told = foretold(scene, declared, stops_scheduled=stops_scheduled)
    mark = scene.stack.mark()
    answers = deploy(scene, declared)
    operations = [operation for verdict in told.verdicts for operation in verdict.operations]
    calls = made(scene.stack, mark)
    last = told.verdicts[-1]
    assert last.kind is not Kind.UNKNOWN or calls[: len(operations)] == operations
    if last.kind is Kind.UNKNOWN:
        return told
    assert operations == calls, (told.verdicts, answers)
    assert (last.kind is Kind.REFUSED) == (bool(answers) and not answers[-1][0]), (told.verdicts, answers)
    if last.crowd:
        assert "CreateInferenceExperiment: ResourceInUse" in answers[-1][1]
    elif last.kind is Kind.REFUSED and len(told.verdicts) == 1 and not last.waits_for:
        assert last.reason == answers[-1][1]
    check_live(scene, told.live)
    return told


def check_live(scene: Scene, foretold: Live) -> None:
    now, client = scene.stack.clock.now(), scene.stack.ports.sagemaker()
    names = {name.casefold() for name in scene.stack.names()}
    on_their_way = set()
    for key, experiment in foretold.experiments.items():
        assert key in names, f"{key} is foretold"
        answer = client.describe_inference_experiment(Name=experiment.name)
        live = ObservedExperiment.from_api(answer)
        if key in foretold.arrivals:
            # It is not waited for, so it may be anywhere on its way.
            on_their_way.add(experiment.endpoint_name.casefold())
            continue
        assert shown(live) == shown(experiment)
        if experiment.end is not None and live.end is not None and not experiment.ended:
            assert abs(live.end - experiment.end) < timedelta(minutes=15), now
    for key, endpoint in foretold.endpoints.items():
        if key in on_their_way:
            continue
        assert serves(observe_endpoint(client, key)) == serves(endpoint)


@pytest.fixture(autouse=True, scope="module")
def no_log() -> Iterator[None]:
    """Of hundreds of requests."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@settings(max_examples=100)
@given(data=st.data())
def test_the_handler_does_what_the_verdicts_say(data: st.DataObject) -> None:
    stops_scheduled = data.draw(st.booleans(), label="stop_in_created")
    scene = Scene(Stack(stop_in_created=stops_scheduled))
    base = data.draw(st.sampled_from(sorted(BASES)), label="base")
    declared = BASES[base]
    if data.draw(st.integers(0, 4), label="deployed"):
        answer = scene.stack.create(declared)
        assert answer.succeeded, answer.reason
        scene.deployed, scene.physical_id = declared, answer.physical_id
        events = data.draw(st.lists(st.sampled_from(sorted(EVENTS)), max_size=2), label="events")
        for name in events:
            EVENTS[name](scene)
    else:
        FIRST[data.draw(st.sampled_from(sorted(FIRST)), label="before")](scene)
    changes = data.draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3, unique=True), label="changes")
    new: Declaration | None = declared
    for change in changes:
        new = CHANGES[change](new) if new is not None else None
    if scene.deployed is None and new is None:
        new = declared

    told = check(scene, new, stops_scheduled=stops_scheduled)

    for verdict in told.verdicts:
        event(f"{verdict.kind}")
