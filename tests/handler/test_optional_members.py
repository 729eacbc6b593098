"""Members that are optional in the API's model may be missing, and a request does not crash over it."""

from datetime import timedelta

import pytest

from simulation.declarations import PRODUCTION, declared
from tests.support.stack import Stack
from tests.support.statuses import reported_without

WITHOUT_ROLES = ("describe_inference_experiment", "ShadowModeConfig")


@pytest.mark.parametrize(
    ("method", "member", "said"),
    [
        ("describe_endpoint", "EndpointConfigName", "its configuration was deleted, or has neither"),
        ("describe_endpoint_config", "InstanceType", "has no instance type"),
    ],
)
def test_what_an_endpoint_leaves_out_matters_to_a_new_test_alone(
    stack: Stack, method: str, member: str, said: str
) -> None:
    name = stack.create(declared()).physical_id
    with reported_without(stack, method, member):
        refused = stack.update(declared(), declared(Run="2"), name)
        assert not refused.succeeded
        assert said in refused.reason
        updated = stack.update(declared(), declared(sampling=50), name)
        assert updated.succeeded, updated.reason
        deleted = stack.delete(declared(sampling=50), name)
        assert deleted.succeeded, deleted.reason
    assert stack.served() == [PRODUCTION]
    assert stack.shadows() == []


def test_an_update_says_that_nobody_knows_which_variant_is_the_shadow(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    with reported_without(stack, *WITHOUT_ROLES):
        answer = stack.update(declared(), declared(sampling=50), name)

        assert not answer.succeeded
        assert "reports no ShadowModeConfig" in answer.reason
        assert stack.calls(since=mark) == []
        assert stack.roll_back(declared(sampling=50), declared(), name).succeeded


def test_a_delete_stops_nothing_until_it_knows_which_variant_is_the_shadow(stack: Stack) -> None:
    name = stack.create(declared()).physical_id

    with reported_without(stack, *WITHOUT_ROLES, until=stack.clock.now() + timedelta(minutes=10)):
        answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.served() == [PRODUCTION]
    assert stack.names() == []


def test_a_delete_that_never_knows_says_so(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    mark = stack.mark()

    with reported_without(stack, *WITHOUT_ROLES):
        answer = stack.delete(declared(), name)

    assert not answer.succeeded
    assert "reports no ShadowModeConfig" in answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Running"


def test_the_record_of_an_ended_test_goes_all_the_same(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.clock.advance(timedelta(days=40))

    with reported_without(stack, *WITHOUT_ROLES):
        answer = stack.delete(declared(), name)

    assert answer.succeeded, answer.reason
    assert stack.names() == []
