"""The value of the tag that has the lease. Deployed tests have it, so it does not change."""

import pytest

from inference_experiment_handler.model.lease import Lease, read_lease
from inference_experiment_handler.model.tags import LEASE

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
