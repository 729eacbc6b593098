"""The metrics of the two variants."""

import re
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_cloudwatch import Dashboard, GraphWidget, Metric, Stats, Unit

from sagemaker_inference_experiment import ExperimentVariant, InferenceExperiment
from tests.support.imported import NAMES, imported

REQUESTS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
HELPERS = {
    "metric_invocations": (REQUESTS, "Invocations", "Sum"),
    "metric_invocations_per_instance": (REQUESTS, "InvocationsPerInstance", "Sum"),
    "metric_concurrent_requests_per_model": (REQUESTS, "ConcurrentRequestsPerModel", "Maximum"),
    "metric_model_latency": (REQUESTS, "ModelLatency", "Average"),
    "metric_overhead_latency": (REQUESTS, "OverheadLatency", "Average"),
    "metric_invocation_4xx_errors": (REQUESTS, "Invocation4XXErrors", "Sum"),
    "metric_invocation_5xx_errors": (REQUESTS, "Invocation5XXErrors", "Sum"),
    "metric_invocation_model_errors": (REQUESTS, "InvocationModelErrors", "Sum"),
    "metric_cpu_utilization": (INSTANCES, "CPUUtilization", "Average"),
    "metric_memory_utilization": (INSTANCES, "MemoryUtilization", "Average"),
    "metric_disk_utilization": (INSTANCES, "DiskUtilization", "Average"),
    "metric_gpu_utilization": (INSTANCES, "GPUUtilization", "Average"),
    "metric_gpu_memory_utilization": (INSTANCES, "GPUMemoryUtilization", "Average"),
}


def test_the_variants_are_told_apart_by_their_names(declared: Any) -> None:
    experiment = declared.experiment()

    for variant, name in ((experiment.production_variant, "AllTraffic"), (experiment.shadow_variant, "Shadow-01")):
        assert variant.metric_invocations().dimensions == {"EndpointName": "shop", "VariantName": name}


@pytest.mark.parametrize("helper", HELPERS)
def test_each_known_metric_has_a_helper(declared: Any, helper: str) -> None:
    metric: Metric = getattr(declared.experiment().shadow_variant, helper)()

    assert (metric.namespace, metric.metric_name, metric.statistic) == HELPERS[helper]
    assert metric.period.to_seconds() == 300
    assert metric.unit is None, "a unit filters, and graphs ignore it"


def test_there_are_no_other_helpers() -> None:
    helpers = {name for name in vars(ExperimentVariant) if name.startswith("metric_")}

    assert helpers == HELPERS.keys() | {"metric_error_rate"}


@pytest.mark.parametrize("helper", HELPERS)
def test_what_the_caller_says_wins(declared: Any, helper: str) -> None:
    metric: Metric = getattr(declared.experiment().shadow_variant, helper)(
        statistic=Stats.percentile(90),
        period=Duration.minutes(1),
        label="mine",
        unit=Unit.SECONDS,
        dimensions_map={"EndpointName": "another"},
        region="eu-west-1",
    )

    assert metric.statistic == "p90"
    assert metric.period.to_seconds() == 60
    assert metric.label == "mine"
    assert metric.unit is Unit.SECONDS
    assert metric.dimensions == {"EndpointName": "another"}
    assert metric.region == "eu-west-1"


def test_a_metric_without_a_helper_needs_its_namespace(declared: Any) -> None:
    variant = declared.experiment().shadow_variant

    with pytest.raises(
        ValueError, match=r"'GPUReservation', must be one of Invocations, .*, or given with its namespace"
    ):
        variant.metric("GPUReservation")

    metric = variant.metric("GPUReservation", namespace=INSTANCES)
    assert (metric.namespace, metric.statistic) == (INSTANCES, "Average")


def test_the_experiments_own_metric_is_the_shadows_unless_said_otherwise(declared: Any) -> None:
    experiment = declared.experiment()

    def variant(**options: Any) -> str:
        return str(experiment.metric("ModelLatency", **options).dimensions["VariantName"])

    assert variant() == "Shadow-01"
    assert variant(variant_name="Shadow-01") == "Shadow-01"
    assert variant(variant_name="AllTraffic") == "AllTraffic"
    assert experiment.metric("Mine", namespace="Own", statistic="Maximum").statistic == "Maximum"


def test_an_error_rate_is_in_percent_of_the_invocations(declared: Any) -> None:
    rate = declared.experiment().shadow_variant.metric_error_rate(period=Duration.minutes(1), color="#123456")

    errors, invocations = rate.using_metrics
    assert rate.expression == f"IF({invocations} > 0, 100 * FILL({errors}, 0) / {invocations})"
    assert re.fullmatch("shadow_InvocationModelErrors_Sum_[0-9a-f]{8}", errors)
    assert re.fullmatch("shadow_Invocations_Sum_[0-9a-f]{8}", invocations)
    assert (rate.label, rate.color, rate.period.to_seconds()) == ("shadow InvocationModelErrors %", "#123456", 60)
    assert not rate.warnings_v2


def test_an_error_rate_is_of_errors(declared: Any) -> None:
    with pytest.raises(
        ValueError,
        match="'ModelLatency', which does not count errors, must be one of Invocation4XXErrors, Invocation5XXErrors, I",
    ):
        declared.experiment().shadow_variant.metric_error_rate("ModelLatency")


def test_a_dashboard_of_another_region_finds_the_metrics() -> None:
    app = App()
    here = Stack(app, "Here", env=Environment(account="123456789012", region="eu-west-1"))
    there = Stack(app, "There", env=Environment(account="123456789012", region="us-east-1"))
    variant = imported(here, endpoint_name="shop", shadow_variant_name="Shadow-01").shadow_variant

    Dashboard(there, "Dashboard", widgets=[[GraphWidget(left=[variant.metric_invocations()])]])

    body = str(Template.from_stack(there).find_resources("AWS::CloudWatch::Dashboard"))
    assert '"region":"eu-west-1"' in body


THEIRS = "arn:aws:sagemaker:eu-west-1:444455556666:inference-experiment/theirs"


@pytest.fixture
def ours() -> Stack:
    return Stack(App(), "Ours", env=Environment(account="123456789012", region="us-east-1"))


def test_metrics_are_where_the_experiment_is(ours: Stack) -> None:
    theirs = InferenceExperiment.from_experiment_attributes(ours, "Imported", experiment_arn=THEIRS, **NAMES)

    metric = theirs.shadow_variant.metric_invocations()
    Dashboard(ours, "Dashboard", widgets=[[GraphWidget(left=[metric])]])

    assert (metric.account, metric.region) == ("444455556666", "eu-west-1")
    (dashboard,) = Template.from_stack(ours).find_resources("AWS::CloudWatch::Dashboard").values()
    assert '"accountId":"444455556666","region":"eu-west-1"' in str(dashboard)


def test_an_alarm_says_whose_metrics_it_watches(ours: Stack) -> None:
    theirs = InferenceExperiment.from_experiment_attributes(
        ours, "Imported", experiment_arn=THEIRS.replace("eu-west-1", "us-east-1"), **NAMES
    )

    theirs.alarm_shadow_latency(ours, "ShadowIsSlow")
    theirs.alarm_production_latency(ours, "ProductionIsSlow", threshold=Duration.millis(200))

    alarms = Template.from_stack(ours).find_resources("AWS::CloudWatch::Alarm").values()
    accounts = [
        metric["AccountId"] for alarm in alarms for metric in alarm["Properties"]["Metrics"] if "MetricStat" in metric
    ]
    assert accounts == ["444455556666"] * 3


def test_an_alarm_of_another_region_is_refused(ours: Stack) -> None:
    theirs = InferenceExperiment.from_experiment_attributes(ours, "Imported", experiment_arn=THEIRS, **NAMES)

    with pytest.raises(RuntimeError, match=r"Cannot create an Alarm in region 'us-east-1' based on .* in 'eu-west-1'"):
        theirs.alarm_shadow_latency(ours, "ShadowIsSlow")


def test_an_arn_that_is_a_token_is_taken_for_one_of_the_stacks_own_environment(ours: Stack) -> None:
    arn = CfnParameter(ours, "Theirs").value_as_string
    theirs = InferenceExperiment.from_experiment_attributes(ours, "Imported", experiment_arn=arn, **NAMES)

    theirs.alarm_production_latency(ours, "ProductionIsSlow", threshold=Duration.millis(200))

    (alarm,) = Template.from_stack(ours).find_resources("AWS::CloudWatch::Alarm").values()
    assert alarm["Properties"]["MetricName"] == "ModelLatency"


def test_an_import_that_knows_the_names_is_watched_like_any_other(declared: Any) -> None:
    known, experiment = imported(declared.stack, **NAMES), declared.experiment()

    for variant in ("production_variant", "shadow_variant"):
        theirs, ours = (getattr(test, variant).metric_invocations() for test in (known, experiment))
        assert theirs.dimensions == ours.dimensions


def test_any_variant_of_a_known_endpoint_can_be_asked_for(declared: Any) -> None:
    metric = imported(declared.stack, endpoint_name="shop").metric("Invocations", variant_name="Another")

    assert metric.dimensions == {"EndpointName": "shop", "VariantName": "Another"}


@pytest.mark.parametrize(
    ("known", "watched", "missing"),
    [
        ({}, "shadow_variant", "endpoint_name and shadow_variant_name are"),
        ({"endpoint_name": "shop"}, "shadow_variant", "shadow_variant_name is"),
        ({"production_variant_name": "AllTraffic"}, "production_variant", "endpoint_name is"),
        ({}, "comparison", "endpoint_name and production_variant_name and shadow_variant_name are"),
        ({"endpoint_name": "shop", "production_variant_name": "AllTraffic"}, "comparison", "shadow_variant_name is"),
    ],
)
def test_an_import_that_lacks_a_name_says_which(
    declared: Any, known: dict[str, str], watched: str, missing: str
) -> None:
    theirs = imported(declared.stack, **known)

    with pytest.raises(ValueError, match=f"Demo/Imported: {missing} not known: give .* to from_experiment_attributes"):
        getattr(theirs, watched)
