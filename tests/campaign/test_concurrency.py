"""Twenty tests at once, where the account runs ten executions at a time: Lambda lets the others wait."""

from datetime import timedelta

import pytest

from campaign import function
from campaign.concurrency import ManyAtOnce

LIMIT = 10
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("minutes", [12, 17], ids="{} minutes to start".format)
def test_all_twenty_come_through(minutes: int) -> None:
    """With 17 minutes each request is handed over, and each handover waits in the same queue."""
    many = ManyAtOnce(20, limit=LIMIT, starting=timedelta(minutes=minutes))

    many.deploy()

    requests = [request for stack in many.world.stacks for request in stack.requests]
    assert [(each.kind, each.answer is not None and each.answer.succeeded) for each in requests] == 20 * [
        ("Create", True)
    ]
    assert {stack.status for stack in many.world.stacks} == {"CREATE_COMPLETE"}
    assert [each["Status"] for each in many.world.service.experiments()].count("Running") == 21  # and a foreign one
    assert max(each.answers[0].at - each.sent for each in requests) < HOUR
    assert many.world.function.busiest == LIMIT
    assert many.world.function.throttled

    many.delete()

    assert {stack.status for stack in many.world.stacks} == {"DELETE_COMPLETE"}
    assert [each["Name"] for each in many.world.service.experiments()] == ["their-test"]
    assert many.world.function.busiest == LIMIT


def test_each_request_is_answered_once() -> None:
    many = ManyAtOnce(20, limit=LIMIT, starting=timedelta(minutes=12))

    many.deploy()
    many.delete()

    assert {len(request.answers) for stack in many.world.stacks for request in stack.requests} == {1}
    assert many.world.calls.of_others() == []


def test_what_waits_for_longer_than_an_hour_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """This shows that the limit is simulated: with sixty, the last would start too late."""
    monkeypatch.setattr(function, "MAX_EVENT_AGE", timedelta(minutes=10))
    many = ManyAtOnce(20, limit=LIMIT, starting=timedelta(minutes=12))

    many.deploy()

    assert {stack.status for stack in many.world.stacks} == {"CREATE_COMPLETE", "ROLLBACK_COMPLETE"}
