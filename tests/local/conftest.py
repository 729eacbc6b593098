"""What the tests of the local AWS share: a SageMaker with an endpoint in service, and the running server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.server import LocalAws
from tests.support.functions import make_function
from tests.support.puppet_stack import PuppetStack
from tests.support.roles import make_execution_role
from tests.support.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=600) as running:
        make_execution_role(running)
        yield running


@pytest.fixture(scope="session")
def puppet(aws: LocalAws) -> str:
    """The function of a custom resource that does what its properties say."""
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    return make_function(aws, "puppet", Path(__file__).parent / "puppet", [allowed])


@pytest.fixture
def stack(aws: LocalAws, puppet: str) -> PuppetStack:
    return PuppetStack(aws, puppet)
