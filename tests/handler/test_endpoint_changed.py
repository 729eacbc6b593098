"""Someone else updates or deletes the endpoint of a running test. Production stays as it is served."""

from typing import Any

import pytest

from local.sagemaker import ErrorFault
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    RETAIN,
    SHADOW,
    declared,
    shadow_mode,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import (
    Serving,
    begin_to_deploy,
    delete,
    deploy,
    forget_configuration,
    production_of,
    while_stopping,
)
from tests.support.stack import Stack

OTHER_INSTANCES = "ml.c5.xlarge"
ANOTHER_MODEL = [served(model="contender", count=2)]
ANOTHER_TYPE = [served(count=4) | {"InstanceType": OTHER_INSTANCES}]
ANOTHER_NAME = [served("Blue", "contender")]
CONTENDER = [Serving(PRODUCTION, "contender", instances=2)]
THE_SHADOW = [served(SHADOW, CHALLENGER)]
PROMOTING = declared(OnDelete={"DesiredState": "Completed", "ModelVariantActions": PROMOTE})


@pytest.fixture
def name(stack: Stack) -> str:
    """A running test."""
    return stack.create(declared()).physical_id


@pytest.mark.parametrize(
    "changes",
    [{"Description": "another"}, {"sampling": 50}, {"Schedule": {"Duration": "P6D"}}, {"Tags": []}],
    ids=["description", "sampling", "end", "nothing of the test"],
)
def test_an_update_of_a_displaced_test_is_refused(stack: Stack, name: str, changes: dict[str, Any]) -> None:
    deploy(stack, ANOTHER_MODEL)
    mark = stack.mark()

    answer = stack.update(declared(), declared(**changes), name)

    assert not answer.succeeded
    for words in ("contender", CHAMPION, f"no shadow variant {SHADOW}", "change Run"):
        assert words in answer.reason
    assert stack.calls(since=mark) == []
    assert production_of(stack) == CONTENDER


def test_its_rollback_leaves_the_endpoint_alone(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)

    assert stack.roll_back(declared(sampling=50), declared(), name).succeeded
    assert production_of(stack) == CONTENDER


def test_a_shadow_that_was_taken_off_is_missed(stack: Stack, name: str) -> None:
    deploy(stack, [served()])

    answer = stack.update(declared(), declared(Description="another"), name)

    assert not answer.succeeded
    assert f"has no shadow variant {SHADOW}" in answer.reason


@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_a_request_waits_until_the_endpoint_is_updated_and_holds_the_lease(
    stack: Stack, name: str, request_type: str
) -> None:
    begin_to_deploy(stack, [served()], THE_SHADOW)
    mark = stack.mark()

    if request_type == "Update":
        assert stack.update(declared(), declared(sampling=50), name).succeeded
        expected = "UpdateInferenceExperiment"
    else:
        assert stack.delete(declared(), name).succeeded
        expected = "StopInferenceExperiment"

    calls = stack.sagemaker.record[mark:]
    lease, change = (
        next(call.at for call in calls if call.operation == operation) for operation in ("AddTags", expected)
    )
    assert (change - lease).total_seconds() > 60


def test_a_changed_configuration_of_the_endpoint_is_an_update_that_changes_nothing(stack: Stack) -> None:
    before, after = (declared(EndpointConfigName=config) for config in ("one", "two"))
    name = stack.create(before).physical_id
    mark = stack.mark()

    assert stack.update(before, after, name).succeeded
    assert stack.calls(since=mark) == []
    deploy(stack, ANOTHER_MODEL)
    assert not stack.update(after, before, name).succeeded


@pytest.mark.parametrize("request_type", ["Delete", "Update"])
@pytest.mark.parametrize(
    ("production", "expected"),
    [(ANOTHER_MODEL, CONTENDER), (ANOTHER_TYPE, [Serving(PRODUCTION, CHAMPION, OTHER_INSTANCES, 4)])],
    ids=["model", "instances"],
)
def test_a_test_is_ended_and_production_stays_as_it_is_served(
    stack: Stack, name: str, request_type: str, production: list[dict[str, Any]], expected: list[Serving]
) -> None:
    deploy(stack, production)

    answer = (
        stack.delete(declared(), name)
        if request_type == "Delete"
        else stack.update(declared(), declared(DesiredState="Cancelled"), name)
    )

    assert answer.succeeded, answer.reason
    assert production_of(stack) == expected
    assert stack.shadows() == []


def test_an_instance_type_that_is_named_for_the_other_variants_sake_is_not_put_back(stack: Stack) -> None:
    # The construct names production as it was declared for the test, where the shadow is resized.
    resized = [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER, count=2)]
    declaration = declared(OnDelete={"ModelVariantActions": RETAIN, "DesiredModelVariants": resized})
    name = stack.create(declaration).physical_id
    deploy(stack, ANOTHER_TYPE, THE_SHADOW)

    answer = stack.delete(declaration, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == [Serving(PRODUCTION, CHAMPION, OTHER_INSTANCES, 4)]


def test_a_new_run_keeps_what_production_serves(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)
    mirrored = declared(Run="2", ModelVariants=[variant(PRODUCTION, "contender", count=2), variant(SHADOW, CHALLENGER)])

    answer = stack.update(declared(), mirrored, name)

    assert answer.succeeded, answer.reason
    assert production_of(stack) == CONTENDER
    assert stack.shadows() == [SHADOW]


@pytest.mark.parametrize("mirrors", [PRODUCTION, SHADOW], ids=["what is served", "what was to be promoted"])
def test_a_new_run_mirrors_what_the_end_of_the_old_one_really_leaves(stack: Stack, mirrors: str) -> None:
    name = stack.create(PROMOTING).physical_id
    deploy(stack, ANOTHER_MODEL)
    production = variant(PRODUCTION, "contender") if mirrors == PRODUCTION else variant(SHADOW, CHALLENGER)
    new = declared(
        Run="2",
        ModelVariants=[production, variant("Shadow-02", CHAMPION)],
        ShadowModeConfig=shadow_mode(production=mirrors, shadow="Shadow-02"),
    )
    mark = stack.mark()

    answer = stack.update(PROMOTING, new, name)

    assert answer.succeeded == (mirrors == PRODUCTION), answer.reason
    assert answer.succeeded or stack.calls(since=mark) == []


@pytest.mark.parametrize("production", [ANOTHER_MODEL, [served()]], ids=["production changed", "shadow taken off"])
@pytest.mark.parametrize("actions", [PROMOTE, RETAIN], ids=["promote", "retain the shadow"])
@pytest.mark.parametrize("request_type", ["Update", "Delete"])
def test_what_is_no_longer_on_the_endpoint_is_neither_promoted_nor_retained(
    stack: Stack, production: list[dict[str, Any]], actions: dict[str, str], request_type: str
) -> None:
    ending = {"DesiredState": "Completed", "ModelVariantActions": actions}
    declaration = declared(OnDelete=ending)
    name = stack.create(declaration).physical_id
    deploy(stack, production)
    before = production_of(stack)

    if request_type == "Update":
        answer = stack.update(declaration, declaration | ending, name)
        assert not answer.succeeded
        assert f"no shadow variant {SHADOW}" in answer.reason
    else:
        # The test ends without it.
        assert stack.delete(declaration, name).succeeded

    assert production_of(stack) == before
    assert stack.shadows() == []


def test_a_delete_touches_nothing_where_no_stop_keeps_production(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_NAME)

    answer = stack.delete(declared(), name)

    assert not answer.succeeded
    for words in ("Blue", "contender", PRODUCTION):
        assert words in answer.reason
    assert production_of(stack) == [Serving("Blue", "contender")]
    # This is what the response says to do.
    deploy(stack, ANOTHER_MODEL)
    assert stack.delete(declared(), name).succeeded
    assert production_of(stack) == CONTENDER


@pytest.mark.parametrize("request_type", ["Delete", "Update"])
@pytest.mark.parametrize("production", [ANOTHER_MODEL, ANOTHER_TYPE], ids=["model", "instances"])
def test_production_that_is_reverted_all_the_same_is_told_once(
    stack: Stack, name: str, request_type: str, production: list[dict[str, Any]]
) -> None:
    deploy(stack, production)
    while_stopping(stack, name, [served()])

    answer = (
        stack.delete(declared(), name)
        if request_type == "Delete"
        else stack.update(declared(), declared(DesiredState="Cancelled"), name)
    )

    assert not answer.succeeded
    assert f"serves {CHAMPION} on ml.m5.xlarge instead of" in answer.reason
    # Nothing of the test is billed, and what production serves is its owner's to say.
    assert stack.delete(declared(), name).succeeded


def test_what_an_earlier_request_was_to_keep_binds_no_later_one(stack: Stack, name: str) -> None:
    deploy(stack, ANOTHER_MODEL)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ValidationException", "no"))
    assert not stack.delete(declared(), name).succeeded
    deploy(stack, [served()])
    stack.clock.advance(8 * 86_400)
    assert stack.describe(name)["Status"] == "Completed"

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("changes", [1, 2], ids=["once", "there and back"])
def test_production_that_changes_between_two_attempts_of_a_stop_is_kept_as_it_is_then(
    stack: Stack, name: str, changes: int
) -> None:
    deploy(stack, ANOTHER_MODEL)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", "ConflictException", "busy", times=changes))
    upcoming = iter([[served()], ANOTHER_MODEL])

    def move_on() -> None:
        refused = [call for call in stack.sagemaker.record if call.code == "ConflictException"]
        if len(refused) > len(moved) and len(moved) < changes:
            moved.append(True)
            deploy(stack, next(upcoming))

    moved: list[bool] = []
    stack.while_waiting = move_on

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert len(moved) == changes
    assert production_of(stack) == ([Serving(PRODUCTION, CHAMPION)] if changes == 1 else CONTENDER)


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "going"])
def test_a_delete_of_a_test_whose_endpoint_is_deleted_succeeds(stack: Stack, name: str, gone: bool) -> None:
    if gone:
        delete(stack)
    else:
        stack.call("DeleteEndpoint", EndpointName=ENDPOINT)

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException", "ConflictException"])
def test_whatever_sagemaker_says_of_a_test_whose_endpoint_is_gone(stack: Stack, name: str, code: str) -> None:
    delete(stack)
    stack.sagemaker.faults.add(ErrorFault("StopInferenceExperiment", code, "no", times=10_000))
    began = stack.clock.now()

    answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert (stack.clock.now() - began).total_seconds() < 300


def test_an_update_of_a_test_whose_endpoint_is_gone_says_so(stack: Stack, name: str) -> None:
    delete(stack)
    mark = stack.mark()

    answer = stack.update(declared(), declared(sampling=50), name)

    assert not answer.succeeded
    assert f"endpoint {ENDPOINT} of {name} no longer exists" in answer.reason
    assert stack.calls(since=mark) == []


def test_a_test_whose_endpoint_is_gone_is_not_concluded(stack: Stack, name: str) -> None:
    delete(stack)

    answer = stack.update(declared(), declared(DesiredState="Completed", ModelVariantActions=PROMOTE), name)

    assert not answer.succeeded
    assert "no longer exists" in answer.reason


@pytest.mark.parametrize(
    ("event", "properties"),
    [("Delete", declared()), ("Delete", PROMOTING), ("Update", declared(DesiredState="Cancelled"))],
    ids=["delete", "promote", "conclude"],
)
def test_a_stop_is_refused_if_the_shadow_is_gone_and_production_is_not_known(
    stack: Stack, name: str, event: str, properties: dict[str, Any]
) -> None:
    # Somebody has changed the endpoint, and the Stop could replace a model that the handler can't read.
    deploy(stack, ANOTHER_MODEL)
    forget_configuration(stack)
    mark = stack.mark()

    answer = stack.send(event, properties, physical_id=name, old=declared() if event == "Update" else None)

    assert not answer.succeeded
    assert "model unknown on unknown, so it may not be the test's own" in answer.reason
    assert f"no shadow variant {SHADOW}" in answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    deploy(stack, ANOTHER_MODEL)
    assert stack.delete(properties, name).succeeded
    assert production_of(stack) == CONTENDER
