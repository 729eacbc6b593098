"""A whole gate in words."""

from datetime import timedelta

from inference_experiment_handler.evidence.judgement import Verdict
from inference_experiment_handler.spec.gate import Alarms, ErrorRate, Latency, Running, Traffic
from tests.support.evidence import Trial, both

TRAFFIC, RUNNING = Traffic(min_invocations=6000), Running(at_least=timedelta(hours=1))
FAST, SLOW = Latency(statistic="p99", max=50), Latency(statistic="p90", max=30)
LATER = Running(at_least=timedelta(days=2))


def trial() -> Trial:
    return both(Trial(), (6000, 0), (6000, 0)).latencies(*[40] * 60)


def test_a_gate_that_holds() -> None:
    judgement = trial().judged(TRAFFIC, FAST, RUNNING)

    assert judgement.headline == "holds: 3 of 3 criteria at 2030-01-03T12:00:00Z"
    assert judgement.sentences[0] == (
        "Traffic holds: 6,000 requests to Shadow-01, at least 6,000 [2030-01-03T10:57:00Z to 2030-01-03T11:57:00Z]."
    )


def test_what_fails_comes_before_what_is_inconclusive_and_that_before_the_rest() -> None:
    reported = Latency(statistic="p50", max=1, enforce=False)

    judgement = trial().judged(reported, TRAFFIC, LATER, SLOW, ErrorRate(max=0.01))

    assert judgement.verdict is Verdict.FAILS
    assert judgement.headline == "fails: 1 of 4 criteria (Latency p90) at 2030-01-03T12:00:00Z"
    assert [sentence.partition(":")[0] for sentence in judgement.sentences] == [
        "Latency p90 fails",
        "Running is inconclusive",
        "ErrorRate InvocationModelErrors is inconclusive",
        "Traffic holds",
        "Latency p50 (reported only) fails",
    ]


def test_one_that_is_inconclusive() -> None:
    judgement = trial().judged(LATER, TRAFFIC)

    assert judgement.headline == "inconclusive: 1 of 2 criteria (Running) at 2030-01-03T12:00:00Z"
    assert judgement.enough_at is not None
    assert judgement.enough_at.isoformat() == "2030-01-05T10:57:00+00:00"
    assert judgement.without_time == ()


def test_a_criterion_of_which_no_time_is_known_leaves_the_time_of_the_others() -> None:
    missing = Alarms(alarm_names=("missing",))
    judgement = trial().judged(LATER, missing, SLOW)

    assert judgement.enough_at is None
    assert judgement.not_before is not None
    assert judgement.not_before.isoformat() == "2030-01-05T10:57:00+00:00"
    assert judgement.without_time == ("Alarms",)
    # Of an alarm nobody knows when it will be known.
    alone = trial().judged(missing, TRAFFIC)
    assert (alone.not_before, alone.without_time) == (None, ("Alarms",))


def test_just_after_the_start_the_earliest_verdict_on_all_criteria_is_known() -> None:
    judgement = Trial(running=timedelta(seconds=30)).judged(TRAFFIC, FAST, Latency(statistic="p50", max=1, max_ratio=1))

    assert judgement.enough_at is None
    assert judgement.not_before is not None
    assert judgement.not_before.isoformat() == "2030-01-03T12:07:00+00:00"
    assert judgement.without_time == ("Traffic", "Latency p99", "Latency p50")


def test_criteria_that_are_only_reported_decide_nothing() -> None:
    judgement = trial().judged(Latency(statistic="p90", max=30, enforce=False))

    assert judgement.verdict is Verdict.HOLDS
    assert judgement.headline == "holds: no criterion is enforced, at 2030-01-03T12:00:00Z"


def test_a_criterion_with_two_limits_counts_once() -> None:
    judgement = trial().judged(TRAFFIC, ErrorRate(max=1, max_increase=1))

    assert judgement.headline == "holds: 2 of 2 criteria at 2030-01-03T12:00:00Z"
    assert len(judgement.sentences) == 3
