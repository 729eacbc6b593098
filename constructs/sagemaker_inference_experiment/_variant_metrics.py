"""What CloudWatch knows of one variant of a shadow test."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, Unpack

from aws_cdk import Duration, Resource, Stack
from aws_cdk.aws_cloudwatch import MathExpression, Metric, Stats, Unit
from constructs import IConstruct

from sagemaker_inference_experiment._tokens import is_unresolved


class MetricOptions(TypedDict, total=False):
    """What may be said of a metric: CDK's ``MetricOptions``. Whatever is given wins over the helper's own choice."""

    account: str
    """The account that the metric is in; the experiment's if omitted."""
    color: str
    """The line's colour in a graph, such as ``#1f77b4``; CloudWatch chooses if omitted."""
    dimensions_map: dict[str, str]
    """Other dimensions than the endpoint's name and the variant's."""
    id: str
    """What the metric is called in the metric math of its graph; CDK makes ids up where they are needed."""
    label: str
    """What a graph's legend calls it; CloudWatch chooses if omitted."""
    period: Duration | None
    """How much time each value covers; 5 minutes if omitted."""
    region: str
    """The region that the metric is in; the experiment's if omitted."""
    stack_account: str
    """The account that a graph or alarm need not name; the experiment's if omitted."""
    stack_region: str
    """The region that a graph or alarm need not name; the experiment's if omitted."""
    statistic: str
    """What becomes of the values within a period, such as ``p99``; the metric's usual one if omitted."""
    unit: Unit
    """Leaves out what was published in another unit; nothing if omitted, which is best nearly always."""
    visible: bool
    """Whether a graph shows it; True if omitted."""


class ExpressionOptions(TypedDict, total=False):
    """What may be said of a metric that is calculated: CDK's ``MathExpressionOptions``, without those of searches."""

    color: str
    """The line's colour in a graph, such as ``#1f77b4``; CloudWatch chooses if omitted."""
    label: str
    """What a graph's legend calls it; a name that says what it is if omitted."""
    period: Duration | None
    """How much time each value covers; 5 minutes if omitted."""


@dataclass(frozen=True)
class KnownMetric:
    """A metric that SageMaker publishes of each variant, every minute."""

    namespace: str
    statistic: str
    unit: Unit


_REQUESTS: Final = "AWS/SageMaker"
INSTANCES: Final = "/aws/sagemaker/Endpoints"

KNOWN: Final = {
    "Invocations": KnownMetric(_REQUESTS, Stats.SUM, Unit.NONE),
    "InvocationsPerInstance": KnownMetric(_REQUESTS, Stats.SUM, Unit.NONE),
    "ConcurrentRequestsPerModel": KnownMetric(_REQUESTS, Stats.MAXIMUM, Unit.NONE),
    "ModelLatency": KnownMetric(_REQUESTS, Stats.AVERAGE, Unit.MICROSECONDS),
    "OverheadLatency": KnownMetric(_REQUESTS, Stats.AVERAGE, Unit.MICROSECONDS),
    "Invocation4XXErrors": KnownMetric(_REQUESTS, Stats.SUM, Unit.NONE),
    "Invocation5XXErrors": KnownMetric(_REQUESTS, Stats.SUM, Unit.NONE),
    "InvocationModelErrors": KnownMetric(_REQUESTS, Stats.SUM, Unit.NONE),
    "CPUUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "MemoryUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "DiskUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "GPUUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
    "GPUMemoryUtilization": KnownMetric(INSTANCES, Stats.AVERAGE, Unit.PERCENT),
}
"""The one table of names. The unit is for axes and readers: as CloudWatch's filter it could only lose data."""


@dataclass(frozen=True, kw_only=True)
class ExperimentVariant:
    """The production or the shadow variant of a test, as CloudWatch knows it.

    Made by ``InferenceExperiment.production_variant`` and ``.shadow_variant``. Metrics are over 5 minutes, and of the
    experiment's account and region, unless said otherwise: those of an import are in its ARN. If they are tokens, they
    are taken for those of the graph or alarm. While a variant has no traffic, SageMaker publishes nothing of its
    requests; while it is not deployed, nothing at all.

    Args:
        scope: The experiment, which says where the metrics are.
        role: Which of the two it is. It stands in labels, and in the ids of metric math.
        endpoint_name: The endpoint's name, in the case that SageMaker knows it by (dimension ``EndpointName``).
        variant_name: The variant's name (dimension ``VariantName``).
    """

    scope: IConstruct
    role: Literal["production", "shadow"]
    endpoint_name: str
    variant_name: str

    def metric(self, metric_name: str, *, namespace: str | None = None, **options: Unpack[MetricOptions]) -> Metric:
        """Any metric of the variant.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: Its namespace; that of the helpers below if omitted.
            options: Where, how and over what time it is taken, and how a graph shows it. The statistic is that of the
                helpers below, or Average, if omitted.

        Raises:
            ValueError: If the namespace is omitted and not known.
        """
        known = KNOWN.get(metric_name)
        if namespace is None:
            if known is None:
                raise ValueError(
                    f"the namespace of metric {metric_name!r} is not known, give it, or one of {', '.join(KNOWN)}"
                )
            namespace = known.namespace
        merged: MetricOptions = {
            "dimensions_map": {"EndpointName": self.endpoint_name, "VariantName": self.variant_name},
            "statistic": known.statistic if known is not None else Stats.AVERAGE,
            **_environment(self.scope),
            **options,
        }
        return Metric(metric_name=metric_name, namespace=namespace, **merged)

    def metric_invocations(self, **options: Unpack[MetricOptions]) -> Metric:
        """How many requests were sent to the variant (``Invocations``): sum over 5 minutes.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("Invocations", **options)

    def metric_invocations_per_instance(self, **options: Unpack[MetricOptions]) -> Metric:
        """The same, shared out over the variant's instances (``InvocationsPerInstance``): sum over 5 minutes.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("InvocationsPerInstance", **options)

    def metric_concurrent_requests_per_model(self, **options: Unpack[MetricOptions]) -> Metric:
        """How many requests the model had at a time (``ConcurrentRequestsPerModel``): maximum over 5 minutes.

        Only Minimum and Maximum mean anything.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("ConcurrentRequestsPerModel", **options)

    def metric_model_latency(self, **options: Unpack[MetricOptions]) -> Metric:
        """How long the model took to answer, in microseconds (``ModelLatency``): average over 5 minutes.

        Percentiles are there as well, such as ``statistic="p99"``.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("ModelLatency", **options)

    def metric_overhead_latency(self, **options: Unpack[MetricOptions]) -> Metric:
        """What SageMaker added to that, in microseconds (``OverheadLatency``): average over 5 minutes.

        Percentiles are not documented for it.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("OverheadLatency", **options)

    def metric_invocation_4xx_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """Requests that the model answered with 4xx (``Invocation4XXErrors``): sum over 5 minutes.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("Invocation4XXErrors", **options)

    def metric_invocation_5xx_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """Requests that the model answered with 5xx (``Invocation5XXErrors``): sum over 5 minutes.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("Invocation5XXErrors", **options)

    def metric_invocation_model_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """Requests that the model didn't answer with 2xx (``InvocationModelErrors``): sum over 5 minutes.

        4xx, 5xx, broken connections, malformed answers and time-outs, all together.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("InvocationModelErrors", **options)

    def metric_cpu_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """Used CPU in percent, up to 100 for each core (``CPUUtilization``): average over 5 minutes and all instances.

        4 cores go up to 400 %.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("CPUUtilization", **options)

    def metric_memory_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """Used memory in percent, up to 100 (``MemoryUtilization``): average over 5 minutes and all instances.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("MemoryUtilization", **options)

    def metric_disk_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """Used disk space in percent, up to 100 (``DiskUtilization``): average over 5 minutes and all instances.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("DiskUtilization", **options)

    def metric_gpu_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """Used GPU in percent, up to 100 for each GPU (``GPUUtilization``): average over 5 minutes and all instances.

        There is none of instances without a GPU.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("GPUUtilization", **options)

    def metric_gpu_memory_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """Used GPU memory in percent, up to 100 for each GPU (``GPUMemoryUtilization``): average, as above.

        Args:
            options: How it is taken, and how a graph shows it.
        """
        return self.metric("GPUMemoryUtilization", **options)

    def metric_error_rate(
        self, metric_name: str = "InvocationModelErrors", **options: Unpack[ExpressionOptions]
    ) -> MathExpression:
        """How many of 100 requests fail (100 * errors / invocations), over 5 minutes; no value without traffic.

        Args:
            metric_name: Which errors: ``InvocationModelErrors`` (all of them) if omitted, ``Invocation4XXErrors`` or
                ``Invocation5XXErrors``.
            options: How it is taken, and how a graph shows it.

        Raises:
            ValueError: If it counts no errors.
        """
        if metric_name not in _ERRORS:
            raise ValueError(f"metric {metric_name!r} counts no errors, must be one of {', '.join(_ERRORS)}")
        # CDK gives an expression's period to its metrics, and warns where they had another.
        errors = self.metric(metric_name, period=options.get("period"))
        invocations = self.metric_invocations(period=options.get("period"))
        failed, sent = self._id(errors), self._id(invocations)
        shown: ExpressionOptions = {"label": f"{self.role} {metric_name} %", **options}
        return MathExpression(
            expression=f"IF({sent} > 0, 100 * FILL({failed}, 0) / {sent})",
            using_metrics={failed: errors, sent: invocations},
            **shown,
        )

    def _id(self, metric: Metric) -> str:
        """What the metric is called in metric math."""
        return self._named(str(metric.metric_name), str(metric.statistic), metric.namespace, metric.period)

    def _rate_id(self, rate: MathExpression, metric_name: str) -> str:
        """What the rate of these errors is called in metric math."""
        return self._named(metric_name, "rate", _REQUESTS, rate.period)

    def _named(self, name: str, how: str, namespace: str, period: Duration) -> str:
        """An id of its own among those of a graph or alarm, where other experiments and other periods may be too."""
        # The endpoint's name may be a token, whose text changes from one synth to the next. Each experiment has one.
        what = (self.scope.node.addr, namespace, name, how, str(period.to_seconds()))
        unique = hashlib.sha256("\0".join(what).encode()).hexdigest()[:8]
        return re.sub(r"\W", "_", f"{self.role}_{name}_{how}_{unique}", flags=re.ASCII)


_ERRORS: Final = tuple(name for name in KNOWN if name.endswith("Errors"))


def _environment(scope: IConstruct) -> MetricOptions:
    """Where the metrics are. ``Metric.attach_to`` would take the stack, which an import need not be of."""
    environment = scope.env if isinstance(scope, Resource) else Stack.of(scope)
    where: MetricOptions = {}
    if not is_unresolved(environment.account):
        where["stack_account"] = environment.account
    if not is_unresolved(environment.region):
        where["stack_region"] = environment.region
    return where
