"""What drift says is what the handler then does, on the simulated SageMaker."""

import logging
from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from shadowtest.deployed_resources import Resource
from shadowtest.drifting.comparing import compare
from shadowtest.drifting.drift import Kind, ResourceDrift
from simulation.endpoints import SOMEBODY
from tests.planning.scenes import BASES, EVENTS, Scene
from tests.support.stack import READS

TAGS = {"AddTags", "DeleteTags"}


@pytest.fixture(autouse=True, scope="module")
def no_log() -> Iterator[None]:
    """Of hundreds of requests."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def deployed(base: str) -> Scene:
    scene = Scene()
    answer = scene.stack.create(BASES[base])
    assert answer.succeeded, answer.reason
    scene.deployed, scene.physical_id = BASES[base], answer.physical_id
    return scene


def drift_of(scene: Scene) -> ResourceDrift:
    assert scene.deployed is not None
    resource = Resource("Shop", scene.stack.stack_id, scene.stack.logical_id, scene.name, deepcopy(scene.deployed))
    return compare(resource, scene.stack.ports.sagemaker(), scene.stack.clock.now())


def kinds(drift: ResourceDrift) -> set[Kind]:
    return {finding.kind for finding in drift.findings}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("later", [None, "an hour passes", "a month passes"])
def test_what_nobody_has_changed_has_not_drifted(base: str, later: str | None) -> None:
    scene = deployed(base)
    if later is not None:
        EVENTS[later](scene)

    assert drift_of(scene).findings == ()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("own", ["sampling 50", "called off", "promoted"])
def test_what_the_stack_itself_changes_is_no_drift(base: str, own: str) -> None:
    scene = deployed(base)
    EVENTS[own](scene)

    assert drift_of(scene).findings == ()


CHANGES_THE_DECLARED = {
    "somebody resamples": Kind.FIELD,
    "somebody is resampling": Kind.FIELD,
    "somebody describes": Kind.FIELD,
    "somebody stops": Kind.TEST,
    "somebody cancels": Kind.TEST,
    "somebody is stopping": Kind.TEST,
    "somebody removes": Kind.TEST,
    "somebody strips the tags": Kind.FIELD,
    "somebody deploys": Kind.ENDPOINT,
    "somebody deploys both": Kind.ENDPOINT,
    "somebody deletes the endpoint": Kind.ENDPOINT,
}


@pytest.mark.parametrize("change", CHANGES_THE_DECLARED)
@pytest.mark.parametrize(
    "base", ["declared", "as served", "until", "promotes on delete", "keeps on delete", "described"]
)
def test_what_somebody_changes_of_a_running_test_is_named(base: str, change: str) -> None:
    scene = deployed(base)
    EVENTS[change](scene)

    assert CHANGES_THE_DECLARED[change] in kinds(drift_of(scene))


def test_without_its_tags_only_a_generated_name_tells_whose_a_test_is() -> None:
    scene = deployed("named")
    EVENTS["somebody strips the tags"](scene)

    assert kinds(drift_of(scene)) == {Kind.TEST}


def test_a_test_that_somebody_starts_ahead_of_time_is_named() -> None:
    scene = deployed("scheduled")
    EVENTS["somebody starts"](scene)

    assert Kind.TEST in kinds(drift_of(scene))


@settings(max_examples=60)
@given(data=st.data())
def test_where_nothing_has_drifted_an_update_does_what_it_declares_and_nothing_else(data: st.DataObject) -> None:
    scene = deployed(data.draw(st.sampled_from(sorted(BASES)), label="base"))
    for name in data.draw(st.lists(st.sampled_from(sorted(EVENTS)), max_size=3), label="events"):
        EVENTS[name](scene)
    assert scene.deployed is not None
    drift = drift_of(scene)
    event(f"{sorted(kinds(drift)) or ('refused' if drift.note else 'none')}")
    if drift.findings or drift.status in {"Completed", "Cancelled", None}:
        return
    before = scene.stack.describe(scene.name)
    mark = scene.stack.mark()
    changed = deepcopy(scene.deployed) | {"Description": "of the update"}

    answer = scene.stack.update(scene.deployed, changed, scene.name)

    if drift.note is not None:
        assert (answer.succeeded, answer.reason) == (False, drift.note)
        return
    assert answer.succeeded, answer.reason
    calls = [call for call in scene.stack.sagemaker.record[mark:] if call.principal != SOMEBODY and not call.code]
    assert [call.operation for call in calls if call.operation not in READS | TAGS] == ["UpdateInferenceExperiment"]
    after = scene.stack.describe(scene.name)
    assert after["Description"] == "of the update"
    assert after["ShadowModeConfig"] == before["ShadowModeConfig"]
    assert after["Schedule"].get("EndTime") == before["Schedule"].get("EndTime") or "EndTime" not in before["Schedule"]
