"""Which of two requests supersedes the other one. Their fencing tokens have seconds and the type of the request."""

from dataclasses import replace

import pytest

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.tags import LEASE, STACK_ID
from inference_experiment_handler.plan.target import Target
from tests.support.situations import AS_IT_IS, NOW, experiment_of, request_for


@pytest.mark.parametrize(
    ("request_type", "later", "fence", "superseded"),
    [
        ("Delete", 0, "create", False),
        ("Delete", 1, "create", True),
        ("Delete", -1, "create", False),
        ("Delete", 0, "update", False),
        ("Delete", 1, "update", True),
        ("Delete", 0, "delete", True),
        ("Update", 0, "create", False),
        ("Update", 0, "update", True),
        ("Update", 0, "delete", True),
        ("Create", 0, "create", True),
        ("Create", 0, "update", True),
        ("Create", 0, "delete", True),
        ("Create", -1, "delete", False),
    ],
)
def test_requests_of_one_second_are_ordered_by_their_types(
    request_type: str, later: int, fence: str, superseded: bool
) -> None:
    """The lease was acquired while no tags were visible. Now the tags show another holder."""
    request = request_for(request_type, AS_IT_IS)
    journal = Journal(leases={request.name: ""})
    experiment = experiment_of("Running", request, applied=AS_IT_IS)
    own = replace(experiment, tags={**(experiment.tags or {}), LEASE: f"{int(NOW.timestamp()) + later}-{fence}-1"})
    others = replace(
        own, tags={**(own.tags or {}), STACK_ID: "arn:aws:cloudformation:us-east-1:123456789012:stack/B/1"}
    )

    assert Target(request, journal, NOW, own).superseded is superseded
    # A request of another resource may have taken the experiment over.
    assert Target(request, journal, NOW, others).superseded is (later >= 0)
