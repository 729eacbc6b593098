"""Metric math: the shadow variant beside the production variant."""

from dataclasses import dataclass
from typing import Unpack

from aws_cdk import Token
from aws_cdk.aws_cloudwatch import MathExpression, Metric

from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._variant_metrics import (
    INSTANCES,
    ExperimentVariant,
    ExpressionOptions,
    MetricOptions,
)


@dataclass(frozen=True, kw_only=True)
class VariantComparison:
    """What sets the shadow apart from production, as expressions for graphs and alarms.

    Made by ``InferenceExperiment.comparison``:

    ```python
    experiment.comparison.ratio("ModelLatency", statistic="p99")  # 1.2: the shadow takes 20 % longer
    experiment.comparison.difference("CPUUtilization")
    experiment.comparison.error_rate_difference()
    ```

    Averages, maxima and percentiles compare directly. Sums don't: the shadow gets ``sampling_percentage`` of the
    requests. So what adds up over requests (statistics Sum, SampleCount, tc… and ts…) is compared with that much of
    production's. What adds up over instances and time (namespace ``/aws/sagemaker/Endpoints``) is not, whatever the
    traffic. There is no value where one of the two has none, or where it would be divided by zero. All are over 5
    minutes unless said otherwise.

    Args:
        production: The production variant.
        shadow: The shadow variant.
        sampling_percentage: How much of the traffic is copied to the shadow; ``None`` if that is not known.
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
        """Shadow minus production, in the metric's own unit: above 0, the shadow has more.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: Its namespace; if omitted the one where SageMaker publishes it.
            statistic: Which statistic of both; the metric's usual one if omitted.
            options: Over what time, and how a graph shows it.

        Raises:
            ValueError: If a sum is asked for and the sampling percentage is not known, or if the namespace isn't.
        """
        production, shadow = self._both(metric_name, namespace, statistic, options)
        (p, s), (base, called) = self._ids(production, shadow), self._base(production)
        return _expression(
            f"IF({_there(p)} AND {_there(s)}, {s} - {base})",
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
        """Shadow divided by production: 1 is alike, 2 is twice as much.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: Its namespace; if omitted the one where SageMaker publishes it.
            statistic: Which statistic of both; the metric's usual one if omitted.
            options: Over what time, and how a graph shows it.

        Raises:
            ValueError: If a sum is asked for and the sampling percentage is not known, or if the namespace isn't.
        """
        production, shadow = self._both(metric_name, namespace, statistic, options)
        (p, s), (base, called) = self._ids(production, shadow), self._base(production)
        return _expression(
            f"IF({base} > 0 AND {_there(s)}, {s} / ({base}))",
            {p: production, s: shadow},
            f"{metric_name} {production.statistic}: shadow / {called}",
            options,
        )

    def error_rate_difference(
        self, metric_name: str = "InvocationModelErrors", **options: Unpack[ExpressionOptions]
    ) -> MathExpression:
        """How many of 100 requests more fail in the shadow than in production, in percentage points.

        A request that no model could answer fails in both, and is not in the difference.

        Args:
            metric_name: Which errors; all of them (``InvocationModelErrors``) if omitted.
            options: Over what time, and how a graph shows it.

        Raises:
            ValueError: If it counts no errors.
        """
        period = options.get("period")
        production, shadow = (
            variant.metric_error_rate(metric_name, period=period) for variant in (self.production, self.shadow)
        )
        p, s = self.production._rate_id(production, metric_name), self.shadow._rate_id(shadow, metric_name)
        return _expression(
            f"IF({_there(p)} AND {_there(s)}, {s} - {p})",
            {p: production, s: shadow},
            f"{metric_name} %: shadow - production",
            options,
        )

    def expected_invocations(self, **options: Unpack[ExpressionOptions]) -> MathExpression:
        """How many requests the shadow should get: production's * ``sampling_percentage`` / 100.

        Args:
            options: Over what time, and how a graph shows it.

        Raises:
            ValueError: If the sampling percentage is not known.
        """
        production, shadow = self._both("Invocations", None, None, options)
        (p, _), (base, called) = self._ids(production, shadow), self._base(production)
        return _expression(base, {p: production}, called, options)

    def traffic_share(self, **options: Unpack[ExpressionOptions]) -> MathExpression:
        """How many of 100 requests reach the shadow, to be read beside ``sampling_percentage``.

        Args:
            options: Over what time, and how a graph shows it.
        """
        production, shadow = self._both("Invocations", None, None, options)
        p, s = self._ids(production, shadow)
        return _expression(
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
        """What the shadow is measured by, and what it is called in a legend."""
        id = self.production._id(production)
        statistic = str(production.statistic)
        adds_up = statistic in ("Sum", "SampleCount") or statistic.lower().startswith(("tc", "ts"))
        if not adds_up or production.namespace == INSTANCES:
            return id, "production"
        if self.sampling_percentage is None:
            raise ValueError(
                f"statistic {statistic} of {production.metric_name} adds up over requests, and how many of them reach "
                "the shadow is not known: give the sampling_percentage, or another statistic"
            )
        share = literal(self.sampling_percentage)
        return f"{id} * {share} / 100", f"{share} % of production"


def literal(number: float) -> str:
    """A number within an expression or a text; it may be a token."""
    return Token.as_string(number) if is_unresolved(number) else str(number)


def _there(id: str) -> str:
    """Whether there is a value: metric math takes 0 for a missing one, and no metric is ever negative."""
    return f"FILL({id}, -1) >= 0"


def _expression(
    expression: str, metrics: "dict[str, Metric] | dict[str, MathExpression]", label: str, options: ExpressionOptions
) -> MathExpression:
    shown: ExpressionOptions = {"label": label, **options}
    return MathExpression(expression=expression, using_metrics=dict(metrics), **shown)
