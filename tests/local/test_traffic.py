"""Traffic to the endpoints, and what SageMaker publishes of it."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from local.sagemaker.publisher import Publisher
from local.sagemaker.traffic import Datum, Performance, Served, Traffic, published, steps
from tests.support.world import World

START = datetime(2030, 1, 1, tzinfo=UTC)
VARIANT = Served("shop", "AllTraffic", "champion", 1.0)
GOOD = Performance(latency_ms=40, latency_spread=0.5, errors_4xx=0.01, errors_5xx=0.002)


@pytest.fixture
def publisher(world: World) -> Publisher:
    publisher = Publisher(world.service)
    publisher.traffic = Traffic(requests_per_minute=100)
    return publisher


def requests(data: list[Datum]) -> dict[str, int]:
    """Of each variant."""
    counted: dict[str, int] = defaultdict(int)
    for datum in data:
        if datum.metric_name == "Invocations":
            counted[datum.variant.name] += sum(datum.counts)
    return dict(counted)


def of(data: list[Datum], metric_name: str) -> tuple[list[float], list[int]]:
    found = [each for each in data if each.metric_name == metric_name]
    return [value for each in found for value in each.values], [count for each in found for count in each.counts]


def test_the_shadow_variant_gets_its_share_while_it_is_deployed(world: World, publisher: Publisher) -> None:
    world.reach("Running")
    before = requests(list(publisher.due()))
    world.clock.advance(timedelta(minutes=10))
    during = requests(list(publisher.due()))
    world.stop(ModelVariantActions={"AllTraffic": "Retain", "Shadow-01": "Remove"})
    world.clock.advance(world.service.behaviour.stopping + timedelta(minutes=1))
    list(publisher.due())
    world.clock.advance(timedelta(minutes=10))

    assert before == {"AllTraffic": 500}
    assert during == {"AllTraffic": 1000, "Shadow-01": 500}
    assert requests(list(publisher.due())) == {"AllTraffic": 1000}


def test_what_passes_at_once_changes_when_it_is_due(world: World, publisher: Publisher) -> None:
    world.create()
    world.clock.advance(timedelta(days=1))

    minutes = 24 * 60
    counted = requests(list(publisher.due()))
    assert counted["AllTraffic"] == 100 * minutes
    # It was deployed after the times of Creating and Starting.
    assert counted["Shadow-01"] == 50 * (minutes - 5)


def test_a_change_counts_from_then_on(world: World, publisher: Publisher) -> None:
    world.clock.advance(timedelta(minutes=3))
    world.service.settle()
    publisher.traffic = Traffic(requests_per_minute=10)
    world.clock.advance(timedelta(minutes=2))

    assert requests(list(publisher.due())) == {"AllTraffic": 320}


def test_the_same_settings_give_the_same_metrics_however_often_they_are_asked_for() -> None:
    def told(*advances: int, seed: int = 1) -> list[Datum]:
        world = World()
        publisher = Publisher(world.service)
        publisher.traffic = Traffic(requests_per_minute=50, seed=seed, performances={"champion": GOOD})
        data: list[Datum] = []
        for seconds in advances:
            world.clock.advance(seconds)
            data += publisher.due()
        return data

    assert told(600) == told(30, 30, 45, 15, 480)
    assert told(600) != told(600, seed=2)


def test_latencies_and_errors_are_as_they_are_set() -> None:
    traffic = Traffic(requests_per_minute=1000, performances={"champion": GOOD})
    instants = [START + timedelta(minutes=number) for number in range(100)]

    data = [datum for instant in instants for datum in published(traffic, VARIANT, instant, 60)]

    values, counts = of(data, "ModelLatency")
    ordered = [value / 1000 for value, count in sorted(zip(values, counts, strict=True)) for _ in range(count)]
    assert len(ordered) == 100_000
    assert ordered[50_000] == pytest.approx(40, rel=0.02)
    assert ordered[99_000] == pytest.approx(40 * exp(0.5 * 2.326), rel=0.1)
    for name, share in (("4XXErrors", 0.01), ("5XXErrors", 0.002), ("ModelErrors", 0.012)):
        values, counts = of(data, f"Invocation{name}")
        # A 0 for each request without such an error.
        assert sum(counts) == 100_000
        assert sum(value * count for value, count in zip(values, counts, strict=True)) == 100_000 * share


def test_without_requests_there_are_only_the_metrics_of_instances() -> None:
    data = list(published(Traffic(), VARIANT, START, 60))

    assert {each.metric_name for each in data} == {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    assert {each.namespace for each in data} == {"/aws/sagemaker/Endpoints"}


def test_a_variant_may_perform_otherwise_than_its_model() -> None:
    traffic = Traffic(performances={"champion": Performance(cpu=10), "AllTraffic": Performance(cpu=90, gpu=20)})

    assert traffic.performance(VARIANT).cpu == 90
    assert traffic.performance(VARIANT._replace(name="Other")).cpu == 10
    assert traffic.performance(VARIANT._replace(name="Other", model="other")) == Performance()


@pytest.mark.parametrize(
    ("length", "longest"), [(timedelta(hours=2), 60), (timedelta(days=2), 300), (timedelta(days=40), 3600)]
)
def test_no_step_is_left_out_and_none_is_published_twice(length: timedelta, longest: int) -> None:
    start = START + timedelta(minutes=7)

    made = list(steps(start, start + length + timedelta(seconds=59)))

    assert [instant for instant, _ in made] == [
        start + timedelta(seconds=sum(seconds for _, seconds in made[:number])) for number in range(len(made))
    ]
    assert sum(seconds for _, seconds in made) == length.total_seconds()
    assert max(seconds for _, seconds in made) == longest


@pytest.mark.parametrize("wrong", [{"latency_ms": -1}, {"errors_5xx": 1.5}, {"gpu": -0.1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"out of range: {next(iter(wrong))}"):
        Performance(**wrong)
    with pytest.raises(ValueError, match="requests_per_minute"):
        Traffic(requests_per_minute=-1)
