"""Metric math that compares the shadow variant with the production variant."""

from dataclasses import dataclass
from typing import Unpack

from aws_cdk.aws_cloudwatch import MathExpression, Metric

from sagemaker_inference_experiment._cloudwatch.expressions import has_value, labelled, literal
from sagemaker_inference_experiment._cloudwatch.known_metrics import INSTANCES
from sagemaker_inference_experiment._cloudwatch.options import ExpressionOptions, MetricOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant


@dataclass(frozen=True, kw_only=True)
class VariantComparison:
    """Compares the shadow variant with the production variant, in expressions for graphs and alarms.

    ``InferenceExperiment.comparison`` returns it:

    ```python
    experiment.comparison.ratio("ModelLatency", statistic="p99")  # 1.2: the shadow takes 20 % longer
    experiment.comparison.difference("CPUUtilization")
    experiment.comparison.error_rate_difference()
    ```

    Averages, maxima and percentiles are compared directly. Sums over requests are not, because the shadow variant only
    gets ``sampling_percentage`` of the requests: the statistics Sum, SampleCount, tc… and ts… are compared with that
    share of the production variant's value. Sums over instances and time (namespace ``/aws/sagemaker/Endpoints``) do
    not depend on the traffic and are compared directly. An expression has no value if a variant has none, or if it
    would divide by zero. Each value covers 5 minutes by default.

    Args:
        production: The production variant.
        shadow: The shadow variant.
        sampling_percentage: The percentage of requests that the shadow variant gets; ``None`` if it is unknown.
    """

    production: ExperimentVariant
    shadow: ExperimentVariant
    sampling_percentage: float | None = None

    def difference(
        self,
        metric_name: str,
        *,
        namespace: str | None = None,
        statistic: str | None = None,
        **options: Unpack[ExpressionOptions],
    ) -> MathExpression:
        """Shadow minus production, in the metric's own unit. A value above 0 means that the shadow has more.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: The metric's namespace; the one that SageMaker publishes it in if omitted.
            statistic: The statistic; the metric's usual one if omitted.
            options: The period, and how a graph shows the expression.

        Raises:
            ValueError: If the namespace is unknown, or the sampling percentage of a sum.
        """
        production, shadow = self._both(metric_name, namespace, statistic, options)
        (p, s), (base, called) = self._ids(production, shadow), self._base(production)
        return labelled(
            f"IF({has_value(p)} AND {has_value(s)}, {s} - {base})",
            {p: production, s: shadow},
            f"{metric_name} {production.statistic}: shadow - {called}",
            options,
        )

    def ratio(
        self,
        metric_name: str,
        *,
        namespace: str | None = None,
        statistic: str | None = None,
        **options: Unpack[ExpressionOptions],
    ) -> MathExpression:
        """Shadow divided by production. A value of 1 means equal, 2 means twice as much.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: The metric's namespace; the one that SageMaker publishes it in if omitted.
            statistic: The statistic; the metric's usual one if omitted.
            options: The period, and how a graph shows the expression.

        Raises:
            ValueError: If the namespace is unknown, or the sampling percentage of a sum.
        """
        production, shadow = self._both(metric_name, namespace, statistic, options)
        (p, s), (base, called) = self._ids(production, shadow), self._base(production)
        return labelled(
            f"IF({base} > 0 AND {has_value(s)}, {s} / ({base}))",
            {p: production, s: shadow},
            f"{metric_name} {production.statistic}: shadow / {called}",
            options,
        )

    def error_rate_difference(
        self, metric_name: str = "InvocationModelErrors", **options: Unpack[ExpressionOptions]
    ) -> MathExpression:
        """The shadow variant's error rate minus production's, in percentage points.

        A request that fails in both variants does not count.

        Args:
            metric_name: The metric of the errors; all errors (``InvocationModelErrors``) if omitted.
            options: The period, and how a graph shows the expression.

        Raises:
            ValueError: If the metric does not count errors.
        """
        period = options.get("period")
        production, shadow = (
            variant.metric_error_rate(metric_name, period=period) for variant in (self.production, self.shadow)
        )
        p, s = self.production._rate_id(production, metric_name), self.shadow._rate_id(shadow, metric_name)
        return labelled(
            f"IF({has_value(p)} AND {has_value(s)}, {s} - {p})",
            {p: production, s: shadow},
            f"{metric_name} %: shadow - production",
            options,
        )

    def expected_invocations(self, **options: Unpack[ExpressionOptions]) -> MathExpression:
        """The number of requests that the shadow variant should get: production's * ``sampling_percentage`` / 100.

        Args:
            options: The period, and how a graph shows the expression.

        Raises:
            ValueError: If the sampling percentage is unknown.
        """
        production, shadow = self._both("Invocations", None, None, options)
        (p, _), (base, called) = self._ids(production, shadow), self._base(production)
        return labelled(base, {p: production}, called, options)

    def traffic_share(self, **options: Unpack[ExpressionOptions]) -> MathExpression:
        """The percentage of requests that reach the shadow variant, to compare with ``sampling_percentage``.

        Args:
            options: The period, and how a graph shows the expression.
        """
        production, shadow = self._both("Invocations", None, None, options)
        p, s = self._ids(production, shadow)
        return labelled(
            f"IF({p} > 0, 100 * FILL({s}, 0) / {p})",
            {p: production, s: shadow},
            "shadow's share of the traffic %",
            options,
        )

    def _both(
        self, metric_name: str, namespace: str | None, statistic: str | None, options: ExpressionOptions
    ) -> tuple[Metric, Metric]:
        taken: MetricOptions = {"period": options.get("period")}
        if statistic is not None:
            taken["statistic"] = statistic
        return (
            self.production.metric(metric_name, namespace=namespace, **taken),
            self.shadow.metric(metric_name, namespace=namespace, **taken),
        )

    def _ids(self, production: Metric, shadow: Metric) -> tuple[str, str]:
        return self.production._id(production), self.shadow._id(shadow)

    def _base(self, production: Metric) -> tuple[str, str]:
        """The expression that the shadow variant is compared with, and its name in a legend."""
        id = self.production._id(production)
        statistic = str(production.statistic)
        adds_up = statistic in ("Sum", "SampleCount") or statistic.lower().startswith(("tc", "ts"))
        if not adds_up or production.namespace == INSTANCES:
            return id, "production"
        if self.sampling_percentage is None:
            raise ValueError(
                f"statistic {statistic} of {production.metric_name} adds up over requests, but the sampling "
                "percentage is not known: give another statistic, or a sampling_percentage to VariantComparison"
            )
        share = literal(self.sampling_percentage)
        return f"{id} * {share} / 100", f"{share} % of production"
