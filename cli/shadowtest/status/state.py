"""The state of one shadow test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from shadowtest.live_tests import LiveTest
from shadowtest.planning.billing import PRODUCTION, SHADOW, bills_of_test, end_of
from shadowtest.planning.verdict import Bill


@dataclass(frozen=True)
class Served:
    """A variant as the endpoint serves it. What is ``None`` is not known."""

    name: str
    role: str
    model: str | None
    instance_type: str | None
    instance_count: int | None


@dataclass(frozen=True)
class TestState:
    """
    Attributes:
        sampling: The percentage of production's requests that the shadow variant gets.
        starts, ends: ``None`` where it is not known, or where the test is over.
        seen: When it was looked at.
        endpoint_status: ``None`` where there is no such endpoint.
        bills: What is billed until the test ends.
    """

    __test__ = False  # pytest takes it for a class of tests otherwise

    stack: str
    logical_id: str
    experiment: str
    status: str
    status_reason: str
    is_over: bool
    in_transition: bool
    sampling: int
    starts: datetime | None
    ends: datetime | None
    seen: datetime
    endpoint: str
    endpoint_status: str | None
    served: tuple[Served, ...]
    bills: tuple[Bill, ...]

    @property
    def at_rest(self) -> bool:
        """Whether nothing changes at the moment, neither the test nor its endpoint."""
        return not self.in_transition and self.endpoint_status in (None, "InService", "Failed", "OutOfService")

    @property
    def until_start(self) -> timedelta | None:
        """``None`` where it has started."""
        return self.starts - self.seen if self.starts is not None and self.starts > self.seen else None

    @property
    def time_left(self) -> timedelta | None:
        return self.ends - self.seen if self.ends is not None and not self.is_over else None


def state_of(test: LiveTest, endpoints: Mapping[str, ObservedEndpoint | None]) -> TestState:
    """``endpoints``: by their names in lower case."""
    experiment, endpoint = test.experiment, endpoints[test.experiment.endpoint_name.casefold()]
    return TestState(
        test.stack,
        test.logical_id,
        experiment.name,
        experiment.status,
        experiment.status_reason,
        experiment.ended,
        experiment.in_transition,
        experiment.sampling_percentage,
        None if experiment.ended else experiment.start,
        end_of(experiment),
        test.seen,
        experiment.endpoint_name,
        endpoint.status if endpoint is not None else None,
        _served(endpoint),
        bills_of_test(experiment, endpoint, test.seen),
    )


def _served(endpoint: ObservedEndpoint | None) -> tuple[Served, ...]:
    if endpoint is None:
        return ()
    return (
        *(_variant(each, PRODUCTION) for each in endpoint.production),
        *(_variant(each, SHADOW) for each in endpoint.shadows),
    )


def _variant(served: ServedVariant, role: str) -> Served:
    return Served(served.variant_name, role, served.model_name, served.instance_type, served.instance_count)
