"""Reads the state of live tests."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.status import Phase, phase_of
from inference_experiment_handler.observer import observe_endpoint
from shadowtest.aws.attempts import Failure, attempt_each, failures_in_words
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import Stacks, stack_status
from shadowtest.live_tests import LiveTest, owner_of, tests_of, with_owners
from shadowtest.planning.billing import PRODUCTION, SHADOW, bills_of_test, count_of, end_of
from shadowtest.state.live_state import LiveState, Served, StackState, State
from shadowtest.values.stack import stack_name


def state_of_region(aws: Aws, *, everything: bool) -> State:
    """The tests of all stacks that have not ended.

    ``everything``: also ended tests, and experiments without an owner.
    """
    pages = aws.client("sagemaker").get_paginator("list_inference_experiments").paginate()
    listed = [each for page in pages for each in page["InferenceExperiments"]]
    wanted = [each["Name"] for each in listed if everything or phase_of(each["Status"]) is not Phase.ENDED]
    tests = with_owners(aws, wanted)
    shown = [test for test in tests.found if everything or test.stack]
    owners = sorted({owner_of(test) for test in shown if _is_beside_its_owner(test)})
    statuses = attempt_each(aws, lambda stack_id: _status(aws, stack_id), owners, named=_in_words)
    failures = [each for each in statuses if isinstance(each, Failure)]
    states, unread = _states(aws, shown)
    return State(
        tuple(each for each in statuses if isinstance(each, StackState)),
        tuple(states),
        unread=(*tests.errors, *failures_in_words(failures, len(owners)), *unread),
    )


def state_of_stacks(aws: Aws, stacks: Stacks) -> State:
    """The tests of these stacks."""
    tests = tests_of(aws, stacks.found)
    states, unread = _states(aws, tests.found)
    return State(
        tuple(StackState(each.stack_id, each.status) for each in stacks.found),
        tuple(states),
        tuple(tests.missing),
        (*stacks.errors, *tests.errors, *unread),
    )


def followed(aws: Aws, state: State, last: State) -> State:
    """The state, extended by what only the last state has, as far as it still exists.

    For example, a test that has ended since, or the stack of a deleted test.
    """
    names = {each.experiment for each in last.tests} - {each.experiment for each in state.tests}
    tests = with_owners(aws, sorted(names))
    states, unread = _states(aws, tests.found)
    ids = {each.id for each in last.stacks} - {each.id for each in state.stacks}
    statuses = attempt_each(aws, lambda stack_id: _status(aws, stack_id), sorted(ids), named=_in_words)
    failures = [each for each in statuses if isinstance(each, Failure)]
    return replace(
        state,
        stacks=(*state.stacks, *(each for each in statuses if isinstance(each, StackState))),
        tests=(*state.tests, *states),
        unread=(*state.unread, *tests.errors, *unread, *failures_in_words(failures, len(ids))),
    )


def _status(aws: Aws, stack_id: str) -> StackState | None:
    status = stack_status(aws, stack_id)
    return StackState(stack_id, status) if status else None


def _in_words(stack_id: str) -> str:
    return f"stack {stack_name(stack_id)}"


def _is_beside_its_owner(test: LiveTest) -> bool:
    """Whether its stack is in the same region and account. Another stack can't be described."""
    return owner_of(test).split(":")[3:5] == test.experiment.arn.split(":")[3:5]


def _states(aws: Aws, tests: Sequence[LiveTest]) -> tuple[list[LiveState], list[str]]:
    """The state of each test, and the endpoints that could not be read. Tests on these endpoints are omitted."""
    sagemaker = aws.client("sagemaker")
    wanted = {test.experiment.endpoint_name.casefold(): test.experiment.endpoint_name for test in tests}
    endpoints = attempt_each(
        aws, lambda name: observe_endpoint(sagemaker, name), wanted.values(), named=lambda name: f"endpoint {name}"
    )
    found = zip(wanted, endpoints, strict=True)
    by_name = {name: endpoint for name, endpoint in found if not isinstance(endpoint, Failure)}
    named = ((test, test.experiment.endpoint_name.casefold()) for test in tests)
    states = [_state(test, by_name[name]) for test, name in named if name in by_name]
    return states, failures_in_words((each for each in endpoints if isinstance(each, Failure)), len(wanted))


def _state(test: LiveTest, endpoint: ObservedEndpoint | None) -> LiveState:
    experiment = test.experiment
    return LiveState(
        stack=test.stack,
        logical_id=test.logical_id,
        experiment=experiment.name,
        status=experiment.status,
        status_reason=experiment.status_reason,
        endpoint=experiment.endpoint_name,
        endpoint_status=endpoint.status if endpoint is not None else None,
        sampling=experiment.sampling_percentage,
        served=tuple(_served(endpoint)) if endpoint is not None else (),
        starts=experiment.start,
        ends=end_of(experiment),
        seen=test.seen,
        bills=bills_of_test(experiment, endpoint, test.seen),
        endpoint_in_transition=endpoint is not None and endpoint.in_transition,
    )


def _served(endpoint: ObservedEndpoint) -> Iterator[Served]:
    for role, variants in ((PRODUCTION, endpoint.production), (SHADOW, endpoint.shadows)):
        for each in variants:
            yield Served(each.variant_name, role, each.model_name, each.instance_type, count_of(each))
