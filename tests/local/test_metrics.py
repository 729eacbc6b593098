"""SageMaker's metrics in CloudWatch, on the clock of the local AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws

MODEL = Performance(latency_ms=40, errors_5xx=0.1)


@pytest.fixture(scope="module")
def served() -> Iterator[LocalAws]:
    """An endpoint with traffic; the tests advance the clock by months."""
    with LocalAws(speed=600, account="999999999999", region="eu-west-1") as running:
        client = running.session().client("sagemaker")
        client.create_model(ModelName="champion", PrimaryContainer={"Image": "image"})
        variant = {"VariantName": "AllTraffic", "ModelName": "champion", "InitialInstanceCount": 1}
        config = [variant | {"InstanceType": "ml.m5.large"}]
        client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=config)
        client.create_endpoint(EndpointName="shop", EndpointConfigName="c")
        running.control.advance(timedelta(minutes=1))
        running.control.traffic(Traffic(requests_per_minute=100, performances={"champion": MODEL}))
        yield running


def now(aws: LocalAws) -> datetime:
    return datetime.fromisoformat(aws.control.now()).replace(second=0, microsecond=0)


def ask(aws: LocalAws, metric: str, stat: str, since: datetime, period: int = 60, **other: str) -> list[float]:
    dimensions = {"EndpointName": "shop", "VariantName": "AllTraffic"} | other
    query = {
        "Namespace": "/aws/sagemaker/Endpoints" if "Utilization" in metric else "AWS/SageMaker",
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }
    asked = {"Id": "m", "MetricStat": {"Metric": query, "Period": period, "Stat": stat}}
    cloudwatch = aws.session().client("cloudwatch")
    answer = cloudwatch.get_metric_data(MetricDataQueries=[asked], StartTime=since, EndTime=now(aws))
    values: list[float] = answer["MetricDataResults"][0]["Values"]
    return values


def test_the_metrics_have_the_times_of_the_local_clock(served: LocalAws) -> None:
    since = now(served)
    served.control.advance(timedelta(minutes=30))

    assert now(served) - datetime.now(UTC) > timedelta(minutes=25)
    assert ask(served, "Invocations", "Sum", since) == [100.0] * 30
    assert ask(served, "Invocation5XXErrors", "Sum", since, 1800)
    assert ask(served, "ModelLatency", "p50", since)[0] == pytest.approx(40_000, rel=0.2)
    assert ask(served, "CPUUtilization", "Average", since)[0] == pytest.approx(35, rel=0.3)
    assert ask(served, "Invocations", "Sum", since, VariantName="Other") == []


def test_each_answer_has_the_date_of_the_local_clock(served: LocalAws) -> None:
    client = served.session().client("sts")
    date = client.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]

    assert abs(parsedate_to_datetime(date) - datetime.fromisoformat(served.control.now())) < timedelta(minutes=1)


def test_an_error_has_no_date_because_a_client_would_take_it_for_one_of_the_clock(served: LocalAws) -> None:
    client = served.session().client("cloudformation")
    with pytest.raises(ClientError) as refused:
        client.describe_stacks(StackName="missing")

    answer = refused.value.response["ResponseMetadata"]
    assert answer["HTTPStatusCode"] == 400
    assert "date" not in answer["HTTPHeaders"]


def test_an_alarm_looks_at_the_metrics_when_the_clock_is_advanced(served: LocalAws) -> None:
    cloudwatch = served.session().client("cloudwatch")
    for name, variant in (("errors", "AllTraffic"), ("errors of another variant", "Other")):
        dimensions = {"EndpointName": "shop", "VariantName": variant}
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            Statistic="Average",
            Period=300,
            EvaluationPeriods=1,
            Threshold=0.05,
            ComparisonOperator="GreaterThanThreshold",
        )

    def states(errors: float) -> list[str]:
        model = Performance(errors_5xx=errors)
        served.control.traffic(Traffic(requests_per_minute=100, performances={"champion": model}))
        served.control.advance(timedelta(minutes=20))
        return [each["StateValue"] for each in cloudwatch.describe_alarms()["MetricAlarms"]]

    assert states(0.5) == ["ALARM", "INSUFFICIENT_DATA"]
    assert states(0) == ["OK", "INSUFFICIENT_DATA"]
    assert states(0.5) == ["ALARM", "INSUFFICIENT_DATA"]


def test_months_later_the_metrics_are_still_there(served: LocalAws) -> None:
    since = now(served)
    served.control.traffic(Traffic(requests_per_minute=100))
    served.control.advance(timedelta(days=60))

    assert sum(ask(served, "Invocations", "Sum", since, 86_400)) == pytest.approx(100 * 60 * 24 * 60, rel=0.001)


def test_the_traffic_is_told(served: LocalAws) -> None:
    served.control.traffic(Traffic(requests_per_minute=7, seed=3, performances={"champion": MODEL}))

    told = served.control._ask("GET", "traffic")
    assert Traffic.read(told) == Traffic(requests_per_minute=7, seed=3, performances={"champion": MODEL})


@pytest.mark.parametrize("wrong", [{"nonsense": 1}, {"requests_per_minute": -1}, {"performances": {"m": {"x": 1}}}])
def test_what_makes_no_sense_is_refused(served: LocalAws, wrong: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as refused:
        served.control._ask("POST", "traffic", wrong)
    assert refused.value.code == 400
