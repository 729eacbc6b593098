"""Reads the state of live tests."""

from collections.abc import Iterator, Sequence

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.status import Phase, phase_of
from inference_experiment_handler.observer import observe_endpoint
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import deployed_stack, stack_status
from shadowtest.live_tests import LiveTest, owner_of, tests_of, with_owners
from shadowtest.planning.billing import PRODUCTION, SHADOW, bills_of_test, end_of
from shadowtest.state.live_state import LiveState, Served, StackState, State
from shadowtest.values.stack import stack_name


def state_of_region(aws: Aws, *, everything: bool) -> State:
    """The tests of all stacks that are not over; ``everything``: those that are, and experiments of nobody's, too."""
    pages = aws.client("sagemaker").get_paginator("list_inference_experiments").paginate()
    listed = [each for page in pages for each in page["InferenceExperiments"]]
    wanted = [each["Name"] for each in listed if everything or phase_of(each["Status"]) is not Phase.ENDED]
    tests = [test for test in with_owners(aws, wanted) if everything or test.stack]
    owners = sorted({owner_of(test) for test in tests if _is_beside_its_owner(test)})
    statuses = aws.each(lambda stack_id: stack_status(aws, stack_id), owners)
    stacks = [
        StackState(stack_name(stack_id), status) for stack_id, status in zip(owners, statuses, strict=True) if status
    ]
    return State(tuple(stacks), tuple(_states(aws, tests)))


def state_of_stacks(aws: Aws, stacks: Sequence[str]) -> tuple[State, list[str]]:
    """The tests of these stacks, and the stacks that do not exist."""
    found = aws.each(lambda name: deployed_stack(aws, name), stacks)
    missing = [name for name, stack in zip(stacks, found, strict=True) if stack is None]
    deployed = [stack for stack in found if stack is not None]
    tests, without = tests_of(aws, deployed)
    state = State(
        tuple(StackState(each.name, each.status) for each in deployed), tuple(_states(aws, tests)), tuple(without)
    )
    return state, missing


def _is_beside_its_owner(test: LiveTest) -> bool:
    """Whether its stack is of the same region and account: another one can't be described."""
    return owner_of(test).split(":")[3:5] == test.experiment.arn.split(":")[3:5]


def _states(aws: Aws, tests: Sequence[LiveTest]) -> Iterator[LiveState]:
    sagemaker = aws.client("sagemaker")
    wanted = {test.experiment.endpoint_name.casefold(): test.experiment.endpoint_name for test in tests}
    endpoints = aws.each(lambda name: observe_endpoint(sagemaker, name), wanted.values())
    by_name = dict(zip(wanted, endpoints, strict=True))
    return (_state(test, by_name[test.experiment.endpoint_name.casefold()]) for test in tests)


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
            count = each.instance_count or each.configured_count
            yield Served(each.variant_name, role, each.model_name, each.instance_type, count)
