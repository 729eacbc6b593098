"""What holds of every judgement, whatever the metrics."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inference_experiment_handler.evidence.judgement import Finding, Judged, Judgement, Limit, Verdict, worst
from inference_experiment_handler.evidence.judging import judge
from inference_experiment_handler.spec.gate import Alarms, Criterion, ErrorRate, Gate, Latency, Metric, Running, Traffic
from simulation.declarations import PRODUCTION
from tests.support.evidence import NOW, Trial, both

HOLDS, FAILS, INCONCLUSIVE = Verdict.HOLDS, Verdict.FAILS, Verdict.INCONCLUSIVE
REQUESTS = st.integers(0, 10**5)
VERDICTS = st.sampled_from(list(Verdict))


def criteria() -> st.SearchStrategy[Criterion]:
    limits = st.floats(0.001, 100)
    statistics = st.sampled_from(["p50", "p90", "p99"])
    names = st.sampled_from(["Average", "Sum", "Minimum", "Maximum", "SampleCount", "p90"])
    return st.one_of(
        st.builds(Traffic, min_invocations=st.integers(1, 10**6)),
        st.builds(ErrorRate, max=limits),
        st.builds(ErrorRate, max_increase=limits, max=limits),
        st.builds(Latency, statistic=statistics, max_ratio=limits),
        st.builds(Latency, statistic=statistics, max=limits),
        st.builds(Metric, namespace=st.just("N"), metric_name=st.just("M"), statistic=names, min=limits),
        st.builds(Metric, namespace=st.just("N"), metric_name=st.just("M"), statistic=names, max=limits),
        st.builds(Alarms, alarm_names=st.just(("a",))),
    )


@settings(max_examples=50)
@given(criteria(), st.timedeltas(timedelta(), timedelta(days=30)), st.none() | st.just(timedelta(hours=1)))
def test_without_data_nothing_holds_and_nothing_fails(
    criterion: Criterion, running: timedelta, window: timedelta | None
) -> None:
    for finding in Trial(running).judged(criterion, window=window).criteria[0].findings:
        assert (finding.verdict, finding.value, finding.enough_at) == (INCONCLUSIVE, None, None)
        assert finding.said


@settings(max_examples=50)
@given(REQUESTS, REQUESTS, REQUESTS, REQUESTS, st.floats(0.01, 50))
def test_more_errors_never_turn_what_fails_into_what_holds(
    requests: int, errors: int, more: int, of_production: int, limit: float
) -> None:
    for criterion in (ErrorRate(max=limit), ErrorRate(max_increase=limit)):

        def verdict(failed: int, criterion: ErrorRate = criterion) -> Verdict:
            shadow = (requests, min(failed, requests))
            return both(Trial(), shadow, (10**5, min(of_production, 10**5))).finding(criterion).verdict

        fewer = verdict(errors)
        if fewer is FAILS:
            assert verdict(errors + more) is FAILS
        if verdict(errors + more) is HOLDS:
            assert fewer is HOLDS


@settings(max_examples=50)
@given(st.lists(st.floats(1, 100), min_size=60, max_size=60), st.floats(0, 50), st.floats(1, 100))
def test_a_slower_shadow_never_turns_what_fails_into_what_holds(
    latencies: list[float], more: float, limit: float
) -> None:
    for criterion in (Latency(statistic="p90", max=limit), Latency(statistic="p90", max_ratio=limit / 30)):

        def verdict(slower: float, criterion: Latency = criterion) -> Verdict:
            trial = Trial().latencies(*(each + slower for each in latencies))
            return trial.latencies(*[30] * 60, variant=PRODUCTION).finding(criterion).verdict

        if verdict(0) is FAILS:
            assert verdict(more) is FAILS


@settings(max_examples=30)
@given(st.integers(1, 10**4), st.integers(1, 10**6))
def test_what_is_expected_is_enough_when_it_comes(requests: int, limit: int) -> None:
    criterion = Traffic(min_invocations=limit)
    finding = Trial().counts(requests).finding(criterion)
    if finding.enough_at is None or finding.enough_at > NOW + timedelta(days=10):
        return
    minutes = int((finding.enough_at - NOW).total_seconds()) // 60
    later = Trial(running=timedelta(minutes=63 + minutes))
    # The same rate: what comes in an hour, spread evenly.
    later.publish("Invocations", [requests / 60] * (60 + minutes))

    value = later.finding(criterion).value

    assert value is not None
    assert round(value, 6) >= limit


FINDINGS = st.builds(
    Judged,
    st.builds(Running, at_least=st.just(timedelta(hours=1)), enforce=st.booleans()),
    st.lists(
        st.builds(Finding, limit=st.just(Limit("AtLeast")), verdict=VERDICTS, said=st.just("said")), min_size=1
    ).map(tuple),
)


@given(st.lists(FINDINGS, min_size=1).flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_the_order_of_criteria_is_irrelevant(orders: tuple[list[Judged], list[Judged]]) -> None:
    one, other = (Judgement(NOW, tuple(order)) for order in orders)

    assert (one.verdict, one.headline, sorted(one.sentences)) == (
        other.verdict,
        other.headline,
        sorted(other.sentences),
    )


@given(st.lists(FINDINGS))
def test_a_gate_is_as_good_as_its_worst_criterion(criteria: list[Judged]) -> None:
    judgement = Judgement(NOW, tuple(criteria))
    verdicts = [finding.verdict for each in criteria if each.criterion.enforce for finding in each.findings]

    assert judgement.verdict is worst(verdicts)
    assert (judgement.verdict is HOLDS) == all(each is HOLDS for each in verdicts)
    assert judgement.headline.startswith(f"{judgement.verdict}: ")
    assert len(judgement.sentences) == sum(len(each.findings) for each in criteria)


@settings(max_examples=20)
@given(st.lists(criteria(), min_size=1, max_size=20))
def test_judging_ends(criteria: list[Criterion]) -> None:
    gate = Gate(tuple(criteria))
    trial = Trial().counts(6000).latencies(*[40] * 60)

    judgement = judge(gate, trial.test, trial.evidence(gate))

    assert [each.criterion for each in judgement.criteria] == criteria
