"""The value of the tag that has the lease. Deployed tests have it, so it does not change."""

from dataclasses import replace

import pytest

from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.lease import Lease, read_lease
from inference_experiment_handler.model.tags import LEASE, STACK_ID
from inference_experiment_handler.plan.target import Target
from tests.support.situations import AS_IT_IS, NOW, experiment_of, request_for

UPDATE = "1893456000-update-0123456789abcdef"
GUARDRAIL = "1893459600-guardrail-fedcba9876543210"


@pytest.mark.parametrize(
    ("tag", "lease"),
    [
        ("", Lease()),
        (UPDATE, Lease(UPDATE, UPDATE)),
        (GUARDRAIL, Lease(GUARDRAIL, "")),
        (f"{GUARDRAIL} {UPDATE}", Lease(GUARDRAIL, UPDATE)),
        ("331f1da72caad45a", Lease("331f1da72caad45a", "331f1da72caad45a")),
    ],
    ids=["none", "a request", "a guardrail", "a guardrail after a request", "an earlier version"],
)
def test_a_value_is_read_as_it_was_written(tag: str, lease: Lease) -> None:
    assert read_lease({LEASE: tag} if tag else {}) == lease
    assert lease.on_tag == tag


def test_a_guardrail_keeps_the_fence_of_the_last_request() -> None:
    update = Lease().acquired_by(UPDATE)
    guarded = update.acquired_by(GUARDRAIL)
    later = "1893459700-guardrail-0000000000000000"

    assert (update.on_tag, guarded.on_tag) == (UPDATE, f"{GUARDRAIL} {UPDATE}")
    assert guarded.acquired_by(later).on_tag == f"{later} {UPDATE}"
    assert guarded.acquired_by("1893459800-delete-1").on_tag == "1893459800-delete-1"


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
