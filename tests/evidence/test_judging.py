"""What the evidence says of each criterion: verdicts, and words with the value, the limit and what it is made of."""

from datetime import timedelta

import pytest

from inference_experiment_handler.evidence.judgement import Verdict
from inference_experiment_handler.spec.gate import Alarms, Criterion, ErrorRate, Latency, Metric, Running, Traffic
from simulation.cloudwatch import metric_of
from simulation.declarations import PRODUCTION
from tests.support.evidence import MINUTE, NOW, Trial, both

HOLDS, FAILS, INCONCLUSIVE = Verdict.HOLDS, Verdict.FAILS, Verdict.INCONCLUSIVE
HOUR = "[2030-01-03T10:57:00Z to 2030-01-03T11:57:00Z]"


@pytest.mark.parametrize(
    ("requests", "verdict", "said"),
    [
        (6000, HOLDS, "6,000 requests to Shadow-01, at least 6,000"),
        (
            5999,
            INCONCLUSIVE,
            "5,999 requests to Shadow-01, at least 6,000; at this rate, there will be enough data at "
            "2030-01-03T12:01:00Z, "
            "before the scheduled end of the test at 2030-01-08T12:00:00Z",
        ),
        (
            60,
            INCONCLUSIVE,
            "60 requests to Shadow-01, at least 6,000; at this rate, there will be enough data at "
            "2030-01-07T15:03:00Z, "
            "before the scheduled end of the test at 2030-01-08T12:00:00Z",
        ),
        (
            6,
            INCONCLUSIVE,
            "6 requests to Shadow-01, at least 6,000; at this rate, there will be enough data at 2030-02-14T03:03:00Z, "
            "after the scheduled end of the test at 2030-01-08T12:00:00Z",
        ),
        (
            1,
            INCONCLUSIVE,
            "1 request to Shadow-01, at least 6,000; at this rate, there will never be enough data",
        ),
    ],
)
def test_traffic(requests: int, verdict: Verdict, said: str) -> None:
    finding = Trial().counts(requests).finding(Traffic(min_invocations=6000))

    assert (finding.verdict, finding.said, finding.value) == (verdict, said, requests)


def test_a_window_that_is_full_never_has_enough_at_this_rate() -> None:
    trial = Trial(running=timedelta(hours=5)).counts(3000, minutes=300)

    finding = trial.finding(Traffic(min_invocations=6000), window=timedelta(hours=1))

    assert finding.said.endswith("; at this rate, a Window of PT1H never has enough data")
    assert finding.enough_at is None


@pytest.mark.parametrize(
    ("shadow", "criterion", "verdict", "said"),
    [
        (
            (10_000, 80),
            ErrorRate(max=1),
            HOLDS,
            "0.8%, at most 1 (95% confidence interval 0.6433 to 0.9945; Shadow-01: 80 of 10,000 requests)",
        ),
        (
            (10_000, 125),
            ErrorRate(max=1),
            FAILS,
            "1.25%, at most 1 (95% confidence interval 1.05 to 1.487; Shadow-01: 125 of 10,000 requests)",
        ),
        (
            (100, 0),
            ErrorRate(max=1),
            INCONCLUSIVE,
            "0%, at most 1 (95% confidence interval 0 to 3.699; Shadow-01: 0 of 100 requests); at this rate, there "
            "will be enough data at 2030-01-03T14:49:00Z, before the scheduled end of the test at 2030-01-08T12:00:00Z",
        ),
        (
            (10_000, 100),
            ErrorRate(max=1),
            INCONCLUSIVE,
            "1%, at most 1 (95% confidence interval 0.8229 to 1.215; Shadow-01: 100 of 10,000 requests); at this rate, "
            "there will never be enough data",
        ),
        (
            (10_000, 8),
            ErrorRate(max_increase=0.1),
            HOLDS,
            "0.02 percentage points below production, at most 0.1 (95% confidence interval -0.06498 to 0.0598; "
            "Shadow-01: 8 of 10,000 requests; AllTraffic: 100 of 100,000 requests)",
        ),
        (
            (10_000, 60),
            ErrorRate(max_increase=0.1),
            FAILS,
            "0.5 percentage points above production, at most 0.1 (95% confidence interval 0.3647 to 0.6724; "
            "Shadow-01: 60 of 10,000 requests; AllTraffic: 100 of 100,000 requests)",
        ),
        (
            (10_000, 20),
            ErrorRate(max_increase=0.1),
            INCONCLUSIVE,
            "0.1 percentage points above production, at most 0.1",
        ),
    ],
)
def test_error_rates(shadow: tuple[int, int], criterion: ErrorRate, verdict: Verdict, said: str) -> None:
    finding = both(Trial(), shadow, (100_000, 100)).finding(criterion)

    assert finding.said.startswith(said)
    assert finding.verdict is verdict


def test_an_error_count_that_is_missing_is_zero_only_where_there_are_requests() -> None:
    with_requests = Trial().publish("Invocations", [1000] * 60)

    assert with_requests.finding(ErrorRate(max=1)).verdict is HOLDS
    without = Trial().publish("InvocationModelErrors", [0] * 60).finding(ErrorRate(max=1))
    assert (without.verdict, without.value) == (INCONCLUSIVE, None)
    assert (
        without.said
        == "CloudWatch has no data of Invocations Sum in AWS/SageMaker (shop, Shadow-01); the rate is not known yet"
    )


@pytest.mark.parametrize(("requests", "said"), [(0, "no requests to Shadow-01"), (5, "Shadow-01 has more errors (9) ")])
def test_errors_without_as_many_requests_show_nothing(requests: int, said: str) -> None:
    finding = Trial().counts(requests, 9).finding(ErrorRate(max=1))

    assert finding.verdict is INCONCLUSIVE
    assert finding.said.startswith(said)


@pytest.mark.parametrize(
    ("shadow", "criterion", "verdict", "said"),
    [
        (
            [44, 40, 42, 46] * 15,
            Latency(statistic="p99", max_ratio=1.1),
            HOLDS,
            "1.075 times production's, at most 1.1 (median of 60 periods of PT1M, 15 of them beyond the limit; at "
            "least 1,000 samples in each)",
        ),
        (
            [50, 40, 50, 50] * 15,
            Latency(statistic="p99", max_ratio=1.1),
            FAILS,
            "1.25 times production's, at most 1.1 (median of 60 periods of PT1M, 45 of them beyond the limit; at "
            "least 1,000 samples in each)",
        ),
        (
            [50, 40] * 30,
            Latency(statistic="p99", max_ratio=1.1),
            INCONCLUSIVE,
            "1.125 times production's, at most 1.1 (median of 60 periods of PT1M, 30 of them beyond the limit; at "
            "least 1,000 samples in each); at this rate, there will never be enough data",
        ),
        (
            [40.0] * 60,
            Latency(statistic="p99", max=40),
            HOLDS,
            "40 ms, at most 40 (median of 60 periods of PT1M, 0 of them beyond the limit; at least 1,000 samples in "
            "each)",
        ),
        # The newest period has no special weight.
        ([40.0] * 59 + [4000], Latency(statistic="p99", max=40), HOLDS, "40 ms, at most 40"),
        ([4000.0] * 59 + [40], Latency(statistic="p99", max=40), FAILS, "4,000 ms, at most 40"),
    ],
)
def test_latencies(shadow: list[float], criterion: Latency, verdict: Verdict, said: str) -> None:
    trial = Trial().latencies(*shadow).latencies(*[40] * 60, variant=PRODUCTION)

    finding = trial.finding(criterion)

    assert finding.said.startswith(said)
    assert finding.verdict is verdict


@pytest.mark.parametrize("beyond", [0, 1])
@pytest.mark.parametrize("periods", [1, 3])
def test_one_or_three_periods_are_not_enough(periods: int, beyond: int) -> None:
    trial = Trial(running=timedelta(minutes=periods + 3)).latencies(*[10 + 90 * beyond] * periods)

    finding = trial.finding(Latency(statistic="p99", max=50))

    assert finding.verdict is INCONCLUSIVE
    assert finding.enough_at == NOW + (4 - periods) * MINUTE


def test_periods_are_as_long_as_both_variants_need() -> None:
    trial = Trial(running=timedelta(hours=12, minutes=3))
    trial.latencies(*[40] * 720, variant=PRODUCTION).latencies(*[42] * 720, count=100)

    finding = trial.finding(Latency(statistic="p99", max_ratio=1.1))

    # 100 requests a minute are 1,000 in 10 minutes, so periods of 15 minutes are the shortest that have enough.
    assert "median of 47 periods of PT15M, 0 of them beyond the limit; at least 1,500 samples in each" in finding.said
    assert finding.verdict is HOLDS


def test_periods_with_too_few_samples_are_left_out() -> None:
    trial = Trial().latencies(*[40] * 40, *[400] * 20, count=1000)
    quiet = Trial().latencies(*[40] * 40).publish("ModelLatency", [])
    metric = metric_of("AWS/SageMaker", "ModelLatency", {"EndpointName": "shop", "VariantName": "Shadow-01"})
    for minute in range(40, 60):
        quiet.cloudwatch.put(metric, NOW - quiet.running + minute * MINUTE, 400_000, 999)

    assert "20 of them beyond" in trial.finding(Latency(statistic="p99", max=50)).said
    finding = quiet.finding(Latency(statistic="p99", max=50))
    assert "median of 40 periods of PT1M, 0 of them beyond" in finding.said
    assert "at least 1,000 samples in each, 20 with fewer left out" in finding.said
    assert finding.verdict is HOLDS


def test_too_few_samples_are_said_with_those_that_are_needed() -> None:
    trial = Trial(running=timedelta(hours=3, minutes=10)).latencies(*[40] * 180, count=4)

    finding = trial.finding(Latency(statistic="p99", max=50))

    assert finding.verdict is INCONCLUSIVE
    assert finding.said == (
        "too few samples for p99: at most 240 of 1,000 in a period of PT1H; at this rate, no period of up to PT1H ever "
        "has enough: declare a lower percentile, or raise SamplingPercentage"
    )
    assert finding.enough_at is None


def test_too_few_samples_of_a_young_test_are_said_with_the_time_from_which_there_are_enough() -> None:
    trial = Trial(running=timedelta(minutes=33)).latencies(*[40] * 30, count=20)

    finding = trial.finding(Latency(statistic="p99", max=50))

    assert finding.verdict is INCONCLUSIVE
    assert finding.said == (
        "too few samples for p99: at most 300 of 1,000 in a period of PT15M; at this rate, 4 periods of PT1H will have "
        "enough at 2030-01-03T16:03:00Z, before the scheduled end of the test at 2030-01-08T12:00:00Z"
    )
    assert finding.enough_at == NOW + timedelta(hours=4, minutes=3)


def test_a_percentile_without_samples_has_no_rate_yet() -> None:
    finding = Trial().finding(Latency(statistic="p99", max=50))

    assert finding.said == (
        "too few samples for p99: at most 0 of 1,000 in a period of PT15M; the rate is not known yet"
    )


@pytest.mark.parametrize(
    ("criterion", "minutes"),
    [(Traffic(min_invocations=1), 4), (ErrorRate(max=1), 4), (Latency(statistic="p99", max=50), 7)],
    ids=repr,
)
def test_before_the_first_period_the_earliest_time_of_a_verdict_is_said(criterion: Criterion, minutes: int) -> None:
    finding = Trial(running=MINUTE / 2).finding(criterion)

    assert finding.said == (
        "no period of the metrics is complete yet; the rate is not known yet, and the earliest verdict is at "
        f"2030-01-03T12:0{minutes}:00Z, before the scheduled end of the test at 2030-01-08T12:00:00Z"
    )
    assert (finding.enough_at, finding.not_before) == (None, NOW + minutes * MINUTE)


def test_a_window_of_exactly_the_periods_never_has_enough_because_it_begins_within_one() -> None:
    trial = Trial(running=timedelta(hours=3, minutes=3)).latencies(*[40] * 180, count=20)

    for hours, said in ((4, "never has enough data"), (5, "there will be enough data at 2030-01-03T13:03:00Z")):
        assert said in trial.finding(Latency(statistic="p99", max=50), window=timedelta(hours=hours)).said


SHOP = metric_of("Shop", "Agreement", {"Stage": "beta"})


def of_the_shop(statistic: str, *, min: float | None = None, max: float | None = None) -> Metric:
    dimensions = (("Stage", "beta"),)
    return Metric(
        namespace="Shop", metric_name="Agreement", statistic=statistic, dimensions=dimensions, min=min, max=max
    )


@pytest.mark.parametrize(
    ("criterion", "verdict", "said"),
    [
        # A value of 0.5 three times and one of 1.0 once.
        (of_the_shop("Average", min=0.625), HOLDS, "0.625, at least 0.625 (4 samples)"),
        (of_the_shop("Average", min=0.7), FAILS, "0.625, at least 0.7 (4 samples)"),
        (of_the_shop("Sum", max=2.5), HOLDS, "2.5, at most 2.5 (4 samples)"),
        (of_the_shop("Sum", max=2), FAILS, "2.5, at most 2 (4 samples)"),
        (of_the_shop("SampleCount", min=5), FAILS, "4, at least 5 (4 samples)"),
        (of_the_shop("Minimum", min=0.5), HOLDS, "0.5, at least 0.5 (4 samples)"),
        (of_the_shop("Maximum", max=0.9), FAILS, "1, at most 0.9 (4 samples)"),
    ],
)
def test_metrics(criterion: Metric, verdict: Verdict, said: str) -> None:
    trial = Trial()
    trial.cloudwatch.put(SHOP, NOW - 50 * MINUTE, 0.5, 3)
    trial.cloudwatch.put(SHOP, NOW - 20 * MINUTE, 1.0, 1)

    finding = trial.finding(criterion)

    assert (finding.verdict, finding.said) == (verdict, said)


def test_a_percentile_of_a_metric_is_judged_period_by_period() -> None:
    trial = Trial()
    for minute in range(60):
        trial.cloudwatch.put(SHOP, NOW - trial.running + minute * MINUTE, 0.9 if minute < 50 else 0.1, 25)

    ((least, most),) = (each.findings for each in trial.judged(of_the_shop("p50", min=0.8, max=0.85)).criteria)

    assert least.verdict is HOLDS
    assert least.said == (
        "0.9, at least 0.8 (median of 60 periods of PT1M, 10 of them beyond the limit; at least 25 samples in each)"
    )
    assert (most.verdict, most.limit.name) == (FAILS, "Max")


def test_metrics_without_data_are_inconclusive() -> None:
    trial = Trial()
    metric_of("Shop", "Agreement", {})
    trial.cloudwatch.put(metric_of("Shop", "Agreement", {}), NOW - 20 * MINUTE, 1.0)

    for statistic in ("Average", "Sum", "SampleCount", "Minimum", "p50"):
        finding = trial.finding(of_the_shop(statistic, max=10))
        assert finding.verdict is INCONCLUSIVE, statistic
        assert finding.value is None


@pytest.mark.parametrize(
    ("states", "verdict", "said"),
    [
        ({"slow": "OK", "dear": "OK"}, HOLDS, "all 2 alarms are OK"),
        ({"slow": "ALARM", "dear": "OK"}, FAILS, "slow is in ALARM (the reason of slow)"),
        (
            {"slow": "ALARM"},
            FAILS,
            "slow is in ALARM (the reason of slow); there is no metric alarm or composite alarm dear",
        ),
        (
            {"slow": "OK", "dear": "INSUFFICIENT_DATA"},
            INCONCLUSIVE,
            "dear is INSUFFICIENT_DATA (the reason of dear)",
        ),
        ({"dear": "OK"}, INCONCLUSIVE, "there is no metric alarm or composite alarm slow"),
    ],
)
def test_alarms(states: dict[str, str], verdict: Verdict, said: str) -> None:
    trial = Trial()
    trial.cloudwatch.alarms.update(states)
    trial.cloudwatch.composite.add("dear")

    finding = trial.finding(Alarms(alarm_names=("slow", "dear")))

    assert (finding.verdict, finding.said) == (verdict, said)


def test_all_pages_of_alarms_are_read() -> None:
    trial = Trial()
    names = tuple(f"alarm-{number}" for number in range(250))
    trial.cloudwatch.alarms.update(dict.fromkeys(names, "OK"))

    halves = (Alarms(alarm_names=names[:125]), Alarms(alarm_names=names[125:]))

    assert trial.judged(*halves).verdict is HOLDS


@pytest.mark.parametrize(
    ("at_least", "verdict", "said"),
    [
        (timedelta(minutes=63), HOLDS, "PT1H3M since the start of the test, at least PT1H3M"),
        (
            timedelta(days=2),
            INCONCLUSIVE,
            "PT1H3M since the start of the test, at least P2D; it holds from 2030-01-05T10:57:00Z, before the "
            "scheduled end of the test at 2030-01-08T12:00:00Z",
        ),
    ],
)
def test_running(at_least: timedelta, verdict: Verdict, said: str) -> None:
    finding = Trial().finding(Running(at_least=at_least))

    assert (finding.verdict, finding.said) == (verdict, said)


EACH = [
    Traffic(min_invocations=1),
    ErrorRate(max=50),
    ErrorRate(max_increase=50),
    Latency(statistic="p50", max=1000),
    Latency(statistic="p50", max_ratio=1000),
    of_the_shop("Average", max=1000),
    of_the_shop("Maximum", max=1000),
    of_the_shop("p50", max=1000),
]
METRICS = ("Invocations", "InvocationModelErrors", "ModelLatency", "Agreement")


def in_order() -> Trial:
    """One with which each criterion holds."""
    trial = both(Trial(), (6000, 0), (6000, 0)).latencies(*[40] * 60).latencies(*[40] * 60, variant=PRODUCTION)
    for minute in range(60):
        trial.cloudwatch.put(SHOP, NOW - trial.running + minute * MINUTE, 1.0, 1000)
    return trial


@pytest.mark.parametrize("criterion", EACH, ids=repr)
@pytest.mark.parametrize("status", ["PartialData", "Forbidden", "InternalError"])
def test_an_answer_that_is_not_complete_is_inconclusive(criterion: Traffic, status: str) -> None:
    trial = in_order()
    assert trial.finding(criterion).verdict is HOLDS
    trial.cloudwatch.statuses.update(dict.fromkeys(METRICS, status))

    finding = trial.finding(criterion)

    assert (finding.verdict, finding.value) == (INCONCLUSIVE, None)
    assert finding.said.endswith(f"is not complete ({status})")


@pytest.mark.parametrize("criterion", EACH, ids=repr)
def test_what_cloudwatch_says_of_an_answer_makes_it_inconclusive(criterion: Traffic) -> None:
    of_one, of_all = in_order(), in_order()
    said = [{"Code": "ArithmeticError", "Value": "not all metrics"}]
    of_one.cloudwatch.notes.update(dict.fromkeys(METRICS, said))
    of_all.cloudwatch.messages.extend(said)

    for trial in (of_one, of_all):
        finding = trial.finding(criterion)
        assert finding.verdict is INCONCLUSIVE
        assert finding.said.endswith("is not complete (ArithmeticError: not all metrics)")


@pytest.mark.parametrize("criterion", EACH, ids=repr)
def test_the_pages_of_an_answer_are_put_together(criterion: Traffic) -> None:
    trial = in_order()
    whole = trial.finding(criterion)
    trial.cloudwatch.page = 7

    assert trial.finding(criterion) == whole


@pytest.mark.parametrize("criterion", EACH, ids=repr)
def test_a_test_without_any_metrics_is_inconclusive(criterion: Traffic) -> None:
    for running in (timedelta(minutes=2), timedelta(days=2)):
        finding = Trial(running).finding(criterion)
        assert (finding.verdict, finding.value) == (INCONCLUSIVE, None)


def test_the_window_does_not_begin_before_the_test_and_ends_three_minutes_ago() -> None:
    trial = in_order()

    for asked in [trial.finding(Traffic(min_invocations=1), window=timedelta(days=3)).window]:
        assert asked is not None
        assert (asked.start, asked.end) == (NOW - 63 * MINUTE, NOW - 3 * MINUTE)
    shorter = trial.finding(Traffic(min_invocations=1), window=timedelta(minutes=20))
    assert shorter.window is not None
    assert (shorter.window.start, shorter.window.end) == (NOW - 23 * MINUTE, NOW - 3 * MINUTE)
    assert shorter.value == 2000


def test_what_was_published_before_the_test_does_not_count() -> None:
    trial = Trial().counts(100)
    earlier = metric_of("AWS/SageMaker", "Invocations", {"EndpointName": "shop", "VariantName": "Shadow-01"})
    trial.cloudwatch.put(earlier, NOW - timedelta(hours=2), 1_000_000)

    assert trial.finding(Traffic(min_invocations=1)).value == 100
