"""Reads the state of shadow tests."""

from inference_experiment_handler.model.observed import ObservedEndpoint
from inference_experiment_handler.model.status import Phase, phase_of
from inference_experiment_handler.observer import observe_endpoint
from shadowtest.aws.reads import ReadOnce
from shadowtest.aws.session import Aws
from shadowtest.live_tests import LiveTest, tests_in_region, tests_of
from shadowtest.status.state import TestState, state_of


def states(aws: Aws, stacks: tuple[str, ...]) -> tuple[list[TestState], list[str]]:
    """The tests of these stacks, also those that are over; without stacks, all tests of the region that are not.

    The second list says which tests of the stacks are not there.
    """
    tests, missing = tests_of(aws, stacks) if stacks else (tests_in_region(aws, wanted=_is_not_over), [])
    endpoints = endpoints_of(aws, tests)
    return [state_of(test, endpoints) for test in tests], missing


def endpoints_of(aws: Aws, tests: list[LiveTest]) -> dict[str, ObservedEndpoint | None]:
    """The endpoints of the tests, each read once, by their names in lower case."""
    sagemaker = ReadOnce(aws.client("sagemaker"))
    names = {test.experiment.endpoint_name.casefold(): test.experiment.endpoint_name for test in tests}
    observed = aws.each(lambda name: observe_endpoint(sagemaker, name), names.values())
    return dict(zip(names, observed, strict=True))


def _is_not_over(status: str) -> bool:
    return phase_of(status) is not Phase.ENDED
