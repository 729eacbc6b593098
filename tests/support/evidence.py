"""A test that runs, its metrics as CloudWatch has them, and the gate that is judged by these."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judgement import Finding, Judgement
from inference_experiment_handler.evidence.judging import judge
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.observer import read_evidence
from inference_experiment_handler.spec.gate import Criterion, Gate
from local.sagemaker import ManualClock
from simulation.cloudwatch import CloudWatch, metric_of
from simulation.declarations import ENDPOINT, PRODUCTION, SHADOW
from tests.support.situations import AS_IT_IS, experiment_of, request_for

NOW = datetime(2030, 1, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Trial:
    """By default, it has run for an hour and three minutes, so that one hour of its metrics is complete."""

    running: timedelta = timedelta(minutes=63)
    left: timedelta | None = timedelta(days=5)
    cloudwatch: CloudWatch = field(default_factory=lambda: CloudWatch(ManualClock(NOW)))
    now: datetime = NOW

    @property
    def test(self) -> ObservedExperiment:
        running = experiment_of("Running", request_for("Update", AS_IT_IS), applied=AS_IT_IS)
        return replace(
            running, start=self.now - self.running, end=self.now + self.left if self.left is not None else None
        )

    def publish(
        self, metric_name: str, values: Iterable[float], variant: str = SHADOW, *, count: int = 1, every: int = 1
    ) -> "Trial":
        """One value for each period of so many minutes, from the start of the test on."""
        metric = metric_of("AWS/SageMaker", metric_name, {"EndpointName": ENDPOINT, "VariantName": variant})
        for number, value in enumerate(values):
            self.cloudwatch.put(metric, self.now - self.running + number * every * MINUTE, value, count)
        return self

    def counts(self, requests: int, errors: int = 0, variant: str = SHADOW, *, minutes: int = 60) -> "Trial":
        """So many requests and errors in all, evenly spread."""
        for metric_name, total in (("Invocations", requests), ("InvocationModelErrors", errors)):
            shares = (total * (at + 1) // minutes - total * at // minutes for at in range(minutes))
            self.publish(metric_name, shares, variant)
        return self

    def latencies(self, *milliseconds: float, variant: str = SHADOW, count: int = 1000, every: int = 1) -> "Trial":
        """The latency of all requests of each period."""
        return self.publish("ModelLatency", (1000 * each for each in milliseconds), variant, count=count, every=every)

    def judged(self, *criteria: Criterion, window: timedelta | None = None) -> Judgement:
        gate = Gate(criteria, window)
        return judge(gate, self.test, self.evidence(gate))

    def evidence(self, gate: Gate) -> Evidence:
        return read_evidence(gate, self.test, self.cloudwatch, self.now)

    def finding(self, criterion: Criterion, *, window: timedelta | None = None) -> Finding:
        ((finding,),) = (each.findings for each in self.judged(criterion, window=window).criteria)
        return finding


def both(trial: Trial, shadow: tuple[int, int], production: tuple[int, int]) -> Trial:
    """Requests and errors of each variant."""
    return trial.counts(*shadow).counts(*production, PRODUCTION)
