"""Reads the state of live tests."""

from collections.abc import Iterator, Sequence

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.status import Phase, phase_of
from inference_experiment_handler.model.tags import STACK_ID
from inference_experiment_handler.observer import observe_endpoint
from inference_experiment_handler.spec import names
from shadowtest.aws.session import Aws
from shadowtest.aws.stacks import deployed_stack, stack_status
from shadowtest.live_tests import LiveTest, described, stack_name, with_owners
from shadowtest.planning.billing import PRODUCTION, SHADOW, bills_of_test, end_of
from shadowtest.planning.placeholders import unknown_paths
from shadowtest.state.test_state import STACK_AT_WORK, Served, StackState, State, TestState
from shadowtest.templates.resource_type import RESOURCE_TYPE
from shadowtest.values.functions import MalformedFunctionError
from shadowtest.values.resolver import as_deployed
from shadowtest.values.stack import DeployedStack


def state_of_region(aws: Aws, *, everything: bool) -> State:
    """The tests of all stacks that are not over; ``everything``: those that are, and experiments of nobody's, too."""
    pages = aws.client("sagemaker").get_paginator("list_inference_experiments").paginate()
    listed = [each for page in pages for each in page["InferenceExperiments"]]
    wanted = [each["Name"] for each in listed if everything or phase_of(each["Status"]) is not Phase.ENDED]
    tests = [test for test in with_owners(aws, wanted) if everything or test.stack]
    owners = sorted({(test.experiment.tags or {}).get(STACK_ID, "") for test in tests} - {""})
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
    candidates = [(stack, *each) for stack in deployed for each in _candidates(stack)]
    tests = aws.each(lambda each: described(aws, stack_name(each[0].stack_id), each[1], each[2]), candidates)
    state = State(
        tuple(StackState(stack_name(each.stack_id), each.status) for each in deployed),
        tuple(_states(aws, [test for test in tests if test is not None])),
        tuple(
            f"experiment {name} of {logical_id} in stack {stack_name(stack.stack_id)} does not exist"
            for (stack, logical_id, name), test in zip(candidates, tests, strict=True)
            if test is None and not stack.status.endswith(STACK_AT_WORK)
        ),
    )
    return state, missing


def _candidates(stack: DeployedStack) -> Iterator[tuple[str, str]]:
    """Each logical id with the name of its experiment.

    CloudFormation knows a new name only once the function has answered, so during a deployment it is also told from the
    properties.
    """
    values = as_deployed(stack, None)
    for logical_id, resource in stack.template.get("Resources", {}).items():
        if resource.get("Type") != RESOURCE_TYPE:
            continue
        known = stack.physical_ids.get(logical_id)
        if known is not None:
            yield logical_id, known
        if not stack.status.endswith(STACK_AT_WORK):
            continue
        try:
            properties = values.properties(logical_id)
        except MalformedFunctionError:
            continue
        if any(path[0] in ("Name", "Run") for path, _ in unknown_paths(properties)):
            continue
        name = names.of(properties, stack.stack_id, logical_id)
        if not names.same(name, known):
            yield logical_id, name


def _states(aws: Aws, tests: Sequence[LiveTest]) -> Iterator[TestState]:
    sagemaker = aws.client("sagemaker")
    wanted = {test.experiment.endpoint_name.casefold(): test.experiment.endpoint_name for test in tests}
    endpoints = aws.each(lambda name: observe_endpoint(sagemaker, name), wanted.values())
    by_name = dict(zip(wanted, endpoints, strict=True))
    return (_state(test, by_name[test.experiment.endpoint_name.casefold()]) for test in tests)


def _state(test: LiveTest, endpoint: ObservedEndpoint | None) -> TestState:
    experiment = test.experiment
    return TestState(
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
