"""Drift is what the handler would change or refuse; what it would leave alone is none."""

import json
import logging
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from shadowtest.drift.comparing import drift_of
from shadowtest.drift.finding import ResourceDrift
from shadowtest.drift.rendering import rendered
from shadowtest.planning.change import Change
from simulation.endpoints import SOMEBODY
from tests.planning.scenes import BASES, EVENTS, Scene
from tests.support.stack import READS

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "drift.schema.json").read_text())
TAGS = {"AddTags", "DeleteTags"}
UNTOUCHED = {"an hour passes", "a month passes", "production scales", "the configuration is deleted"}
"""Events that leave a test as it is declared: time passes, and endpoints scale."""


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def scene_of(base: str) -> Scene:
    scene = Scene(deployed=deepcopy(BASES[base]))
    assert scene.deployed is not None
    scene.physical_id = scene.stack.create(scene.deployed).physical_id
    return scene


def drift(scene: Scene) -> ResourceDrift:
    change = Change(scene.stack.stack_id, scene.stack.logical_id, scene.deployed, scene.deployed, scene.physical_id)
    return drift_of("Demo", change, scene.stack.ports.sagemaker(), scene.stack.clock.now())


@pytest.mark.parametrize("base", BASES)
def test_what_has_just_been_deployed_has_not_drifted(base: str) -> None:
    scene = scene_of(base)
    scene.stack.clock.advance(timedelta(minutes=20))

    assert drift(scene) == ResourceDrift("Demo", scene.stack.logical_id, scene.name)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("somebody stops", "is Completed, and no conclusion is declared"),
        ("somebody cancels", "is Cancelled, and no conclusion is declared"),
        ("somebody removes", "is not there"),
        ("somebody deploys", "somebody else has updated endpoint shop"),
        ("somebody deploys both", "serves AllTraffic with model contender on ml.m5.xlarge, and not AllTraffic with"),
        ("somebody deletes the endpoint", "endpoint shop of"),
    ],
)
def test_what_somebody_else_has_done_is_told(event: str, said: str) -> None:
    scene = scene_of("declared")
    EVENTS[event](scene)
    scene.stack.clock.advance(timedelta(minutes=20))

    found = drift(scene)

    assert found.has_drifted
    assert said in "; ".join(found.reasons)


def test_a_field_is_told_with_both_values() -> None:
    scene = scene_of("declared")
    EVENTS["somebody resamples"](scene)

    (difference,) = drift(scene).differences

    assert (difference.path, difference.declared, difference.live) == ("SamplingPercentage", "10", "33")


def test_a_shadow_variant_that_is_left_is_told() -> None:
    scene = scene_of("declared")
    scene.stack.call(
        "StopInferenceExperiment",
        Name=scene.name,
        ModelVariantActions={"AllTraffic": "Retain", scene.shadow(): "Retain"},
    )
    scene.stack.clock.advance(timedelta(days=8))

    assert "shadow variant Shadow-01 is still on endpoint shop" in "; ".join(drift(scene).reasons)


def test_every_form_of_output_says_the_same() -> None:
    scene = scene_of("declared")
    EVENTS["somebody resamples"](scene)
    found = [drift(scene)]

    Draft7Validator.check_schema(SCHEMA)
    Draft7Validator(SCHEMA).validate(json.loads(rendered(found, "json")))
    assert "SamplingPercentage: declared 10, live 33." in rendered(found, "text")
    assert "SamplingPercentage: declared 10, live 33." in rendered(found, "markdown")
    assert rendered([], "text") == "No shadow tests.\n"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BASES)), st.lists(st.sampled_from(sorted(EVENTS)), max_size=3))
def test_no_drift_means_that_an_update_changes_nothing_but_what_it_is_about(base: str, events: list[str]) -> None:
    scene = scene_of(base)
    for event in events:
        EVENTS[event](scene)
    found = drift(scene)
    assert scene.deployed is not None
    assert scene.physical_id is not None
    mark = scene.stack.mark()

    # ServiceTimeout is about the request alone.
    answer = scene.stack.update(scene.deployed, scene.deployed | {"ServiceTimeout": 3500}, scene.physical_id)

    made = (call for call in scene.stack.sagemaker.record[mark:] if not call.code and call.principal != SOMEBODY)
    changed = [call.operation for call in made if call.operation not in READS | TAGS]
    if not found.has_drifted and not found.unknown:
        assert answer.succeeded, answer.reason
        assert changed == []
    if set(events) <= UNTOUCHED:
        assert not found.has_drifted, found
