"""A live shadow test with traffic, and CloudWatch, which has its metrics."""

from datetime import timedelta
from typing import Any

from inference_experiment_handler.model.observed import ObservedExperiment
from local.sagemaker import boto3_client
from local.sagemaker.publisher import Publisher
from local.sagemaker.traffic import Performance, Traffic
from shadowtest.live_tests import LiveTest
from shadowtest.reporting.making import report_of
from shadowtest.reporting.report import Comparison, Report
from simulation.cloudwatch import CloudWatch
from tests.support.world import World

CHAMPION, CHALLENGER = Performance(latency_ms=40), Performance(latency_ms=50, errors_5xx=0.05)


class Scene:
    """The test ``trial`` of ``World``, half of whose requests its shadow variant gets."""

    def __init__(self, **behaviour: Any) -> None:
        self.world = World(**behaviour)
        self.cloudwatch = CloudWatch(self.world.clock)
        self._publisher = Publisher(self.world.service)

    def runs(self, length: timedelta, *, per_minute: float, **performances: Performance) -> "Scene":
        """Starts the test, or lets it go on."""
        models = {"champion": CHAMPION, "challenger": CHALLENGER} | performances
        self._publisher.traffic = Traffic(requests_per_minute=per_minute, performances=models)
        if not self.world.call("ListInferenceExperiments")["InferenceExperiments"]:
            self.world.reach("Running")
        return self.goes_on(length)

    def goes_on(self, length: timedelta) -> "Scene":
        self.world.clock.advance(length)
        for datum in self._publisher.due():
            self.cloudwatch.publish(datum)
        return self

    def live(self) -> LiveTest:
        client = boto3_client(self.world.service)
        experiment = ObservedExperiment.from_api(client.describe_inference_experiment(Name="trial"))
        return LiveTest("RankingShadowTest", "ShadowTest", experiment, self.world.clock.now())

    def report(self) -> Report:
        return report_of(self.live(), self.cloudwatch)


def of(report: Report, metric_name: str, statistic: str = "total") -> Comparison:
    (found,) = (each for each in report.comparisons if (each.metric_name, each.statistic) == (metric_name, statistic))
    return found
