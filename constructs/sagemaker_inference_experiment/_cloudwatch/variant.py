"""The metrics of one variant of a shadow test."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal, Unpack

from aws_cdk import Duration, Resource, Stack
from aws_cdk.aws_cloudwatch import MathExpression, Metric, Stats
from constructs import IConstruct

from sagemaker_inference_experiment._cloudwatch.expressions import labelled
from sagemaker_inference_experiment._cloudwatch.known_metrics import ERRORS, KNOWN, REQUESTS
from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions, MetricOptions
from sagemaker_inference_experiment._tokens import is_unresolved


@dataclass(frozen=True, kw_only=True)
class ExperimentVariant:
    """The production or the shadow variant of a test, with its metrics.

    ``InferenceExperiment.production_variant`` and ``.shadow_variant`` return it. By default each value of a metric
    covers 5 minutes, and the metric is in the experiment's account and region (for an import, those of its ARN). If
    account and region are tokens, they are assumed to be those of the graph or alarm. SageMaker publishes metrics about
    requests only while the variant gets requests, and other metrics only while the variant is deployed.

    Args:
        scope: The experiment, whose account and region the metrics are in.
        role: Which of the two variants it is. Labels and the ids of metric math contain it.
        endpoint_name: The endpoint's name, in its original case (dimension ``EndpointName``).
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
            namespace: The metric's namespace; the one that SageMaker publishes it in if omitted.
            options: The options of the metric. If omitted, the statistic is the metric's usual one, or Average for a
                metric that SageMaker does not publish.

        Raises:
            ValueError: If the namespace is omitted and unknown.
        """
        known = KNOWN.get(metric_name)
        if namespace is None:
            if known is None:
                raise ValueError(
                    f"metric_name is {metric_name!r}, must be one of {', '.join(KNOWN)}, or given with its namespace"
                )
            namespace = known.namespace
        merged: MetricOptions = {
            "dimensions_map": {"EndpointName": self.endpoint_name, "VariantName": self.variant_name},
            "statistic": known.statistic if known is not None else Stats.AVERAGE,
            **_account_and_region(self.scope),
            **options,
        }
        return Metric(metric_name=metric_name, namespace=namespace, **merged)

    def metric_invocations(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of requests to the variant (``Invocations``): sum over 5 minutes.

        Args:
            options: The options of the metric.
        """
        return self.metric("Invocations", **options)

    def metric_invocations_per_instance(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of requests to each instance of the variant (``InvocationsPerInstance``): sum over 5 minutes.

        Args:
            options: The options of the metric.
        """
        return self.metric("InvocationsPerInstance", **options)

    def metric_concurrent_requests_per_model(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of concurrent requests to the model (``ConcurrentRequestsPerModel``): maximum over 5 minutes.

        Only the statistics Minimum and Maximum are meaningful.

        Args:
            options: The options of the metric.
        """
        return self.metric("ConcurrentRequestsPerModel", **options)

    def metric_model_latency(self, **options: Unpack[MetricOptions]) -> Metric:
        """The time that the model takes to respond, in microseconds (``ModelLatency``): average over 5 minutes.

        Percentiles are available, such as ``statistic="p99"``.

        Args:
            options: The options of the metric.
        """
        return self.metric("ModelLatency", **options)

    def metric_overhead_latency(self, **options: Unpack[MetricOptions]) -> Metric:
        """The time that SageMaker adds to the model's, in microseconds (``OverheadLatency``): average over 5 minutes.

        AWS does not document percentiles for this metric.

        Args:
            options: The options of the metric.
        """
        return self.metric("OverheadLatency", **options)

    def metric_invocation_4xx_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of requests with a 4xx response (``Invocation4XXErrors``): sum over 5 minutes.

        Args:
            options: The options of the metric.
        """
        return self.metric("Invocation4XXErrors", **options)

    def metric_invocation_5xx_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of requests with a 5xx response (``Invocation5XXErrors``): sum over 5 minutes.

        Args:
            options: The options of the metric.
        """
        return self.metric("Invocation5XXErrors", **options)

    def metric_invocation_model_errors(self, **options: Unpack[MetricOptions]) -> Metric:
        """The number of requests without a 2xx response (``InvocationModelErrors``): sum over 5 minutes.

        It includes 4xx and 5xx responses, failed connections, malformed responses and time-outs.

        Args:
            options: The options of the metric.
        """
        return self.metric("InvocationModelErrors", **options)

    def metric_cpu_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """The CPU utilization in percent (``CPUUtilization``): average over 5 minutes and all instances.

        Each core counts up to 100 %: 4 cores go up to 400 %.

        Args:
            options: The options of the metric.
        """
        return self.metric("CPUUtilization", **options)

    def metric_memory_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """The memory utilization in percent (``MemoryUtilization``): average over 5 minutes and all instances.

        Args:
            options: The options of the metric.
        """
        return self.metric("MemoryUtilization", **options)

    def metric_disk_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """The disk utilization in percent (``DiskUtilization``): average over 5 minutes and all instances.

        Args:
            options: The options of the metric.
        """
        return self.metric("DiskUtilization", **options)

    def metric_gpu_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """The GPU utilization in percent (``GPUUtilization``): average over 5 minutes and all instances.

        Each GPU counts up to 100 %. Instances without a GPU have no such metric.

        Args:
            options: The options of the metric.
        """
        return self.metric("GPUUtilization", **options)

    def metric_gpu_memory_utilization(self, **options: Unpack[MetricOptions]) -> Metric:
        """The GPU memory utilization in percent (``GPUMemoryUtilization``): average over 5 minutes and all instances.

        Each GPU counts up to 100 %. Instances without a GPU have no such metric.

        Args:
            options: The options of the metric.
        """
        return self.metric("GPUMemoryUtilization", **options)

    def metric_error_rate(
        self, metric_name: str = "InvocationModelErrors", **options: Unpack[ExpressionOptions]
    ) -> MathExpression:
        """The percentage of requests that fail (100 * errors / invocations), over 5 minutes; no value without traffic.

        Args:
            metric_name: The metric of the errors: ``InvocationModelErrors`` (all errors) if omitted,
                ``Invocation4XXErrors`` or ``Invocation5XXErrors``.
            options: The options of the metric.

        Raises:
            ValueError: If the metric does not count errors.
        """
        if metric_name not in ERRORS:
            raise ValueError(
                f"metric_name is {metric_name!r}, which does not count errors, must be one of {', '.join(ERRORS)}"
            )
        # CDK applies an expression's period to its metrics, and warns if they have another one.
        errors = self.metric(metric_name, period=options.get("period"))
        invocations = self.metric_invocations(period=options.get("period"))
        failed, sent = self._id(errors), self._id(invocations)
        return labelled(
            f"IF({sent} > 0, 100 * FILL({failed}, 0) / {sent})",
            {failed: errors, sent: invocations},
            f"{self.role} {metric_name} %",
            options,
        )

    def _id(self, metric: Metric) -> str:
        """The metric's id in metric math."""
        return self._named(str(metric.metric_name), str(metric.statistic), metric.namespace, metric.period)

    def _rate_id(self, rate: MathExpression, metric_name: str) -> str:
        """The id of this error rate in metric math."""
        return self._named(metric_name, "rate", REQUESTS, rate.period)

    def _named(self, name: str, how: str, namespace: str, period: Duration) -> str:
        """An id that is unique in a graph or alarm, which may also contain other experiments and periods."""
        # The endpoint's name may be a token, whose text changes with each synth. The experiment's address does not.
        what = (self.scope.node.addr, namespace, name, how, str(period.to_seconds()))
        unique = hashlib.sha256("\0".join(what).encode()).hexdigest()[:8]
        return re.sub(r"\W", "_", f"{self.role}_{name}_{how}_{unique}", flags=re.ASCII)


def _account_and_region(scope: IConstruct) -> MetricOptions:
    """Where the metrics are. ``Metric.attach_to`` would use the stack's, which may differ from those of an import."""
    environment = scope.env if isinstance(scope, Resource) else Stack.of(scope)
    where: MetricOptions = {}
    if not is_unresolved(environment.account):
        where["stack_account"] = environment.account
    if not is_unresolved(environment.region):
        where["stack_region"] = environment.region
    return where
