"""Alarms to start from, with thresholds that usually make sense."""

from typing import Any, TypedDict, Unpack

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    ComparisonOperator,
    IMetric,
    MathExpression,
    Stats,
    TreatMissingData,
)
from constructs import Construct

from sagemaker_inference_experiment._comparison import literal
from sagemaker_inference_experiment._watched import WatchedExperiment

_UNKNOWN_SHARE = 1
"""Taken for the sampling percentage where an import doesn't know it: the least that is more than none."""


class AlarmOptions(TypedDict, total=False):
    """What may be said of an alarm: CDK's ``CreateAlarmOptions``. Whatever is given wins over the starter's choice."""

    actions_enabled: bool
    """Whether its actions are carried out; True if omitted."""
    alarm_description: str
    """What is wrong when it rings; a sentence that says so if omitted."""
    alarm_name: str
    """Its name; generated if omitted."""
    comparison_operator: ComparisonOperator
    """How a value is bad; if omitted above the threshold, or below it where too little is bad."""
    datapoints_to_alarm: int
    """How many values have to be bad; if omitted 2, or all if ``evaluation_periods`` is given."""
    evaluate_low_sample_count_percentile: str
    """``ignore`` leaves percentiles of too few values out, ``evaluate`` (if omitted) doesn't. Not of metric math."""
    evaluation_periods: int
    """How many values are looked at; 3 if omitted."""
    treat_missing_data: TreatMissingData
    """What a missing value is; not bad (``NOT_BREACHING``) if omitted."""


class AlarmedExperiment(WatchedExperiment):
    """A test with alarms to start from: each makes an ordinary CloudWatch alarm, which has no action yet.

    They look at 5 minutes at a time, and ring when 2 of the last 3 were bad. Where there is no data, nothing is wrong:
    before its start and after its end a test has no shadow, so an alarm that rings when the test ends falls silent.

    CloudWatch has no alarms on metrics of another region: an alarm belongs into a stack of the experiment's region, and
    CDK refuses others.
    """

    def alarm_shadow_error_rate(
        self,
        scope: Construct,
        id: str,
        *,
        threshold: float = 1,
        metric_name: str = "InvocationModelErrors",
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """Rings when the shadow fails more requests than production does.

        What fails in both is not the shadow's fault, so it is the difference of the error rates that counts.

        Args:
            scope: The construct to put the alarm into.
            id: Its id there.
            threshold: How many of 100 requests more may fail; 1 if omitted.
            metric_name: Which errors; all of them (``InvocationModelErrors``) if omitted.
            period: How much time each value covers; 5 minutes if omitted.
            options: Everything else about the alarm.
        """
        return self._alarm(
            scope,
            id,
            self.comparison.error_rate_difference(metric_name, period=period),
            threshold=threshold,
            bad=f"the shadow variant fails more requests than production, by more than {threshold} of 100",
            options=options,
        )

    def alarm_shadow_latency(
        self,
        scope: Construct,
        id: str,
        *,
        threshold: float = 1.2,
        statistic: str = "p90",
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """Rings when the shadow's model takes longer than production's.

        Args:
            scope: The construct to put the alarm into.
            id: Its id there.
            threshold: How many times as long it may take (``ModelLatency``, shadow / production); 1.2 if omitted.
            statistic: Of which latency; p90 if omitted. p99 wants some 100 requests in each period to mean anything,
                of which the shadow gets ``sampling_percentage``.
            period: How much time each value covers; 5 minutes if omitted.
            options: Everything else about the alarm.
        """
        return self._alarm(
            scope,
            id,
            self.comparison.ratio("ModelLatency", statistic=statistic, period=period),
            threshold=threshold,
            bad=f"the shadow variant's {statistic} latency is more than {threshold} times production's",
            options=options,
        )

    def alarm_shadow_traffic(
        self,
        scope: Construct,
        id: str,
        *,
        threshold: float = 1,
        expected: float = 10,
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """Rings when the shadow gets no requests although it should: nothing is being tested.

        A missing count is a count of 0 here, for as long as the shadow's instances report their CPU and production
        has the traffic. Without the shadow's instances there is no test, and nothing is wrong. It rings when all of
        the last 3 values are bad.

        That holds for a shadow that never got a request as well, of which there is no metric at all. AWS doesn't say
        whether metric math's ``FILL`` fills such a one, but that ``IF`` has a value wherever its condition has one: 0
        where the condition holds and the count is missing.

        Args:
            scope: The construct to put the alarm into.
            id: Its id there.
            threshold: It rings below so many requests in a period; 1 if omitted.
            expected: Only periods count in which the shadow should have got so many (production's requests *
                ``sampling_percentage`` / 100); 10 if omitted. Imports don't know the percentage and take 1.
            period: How much time each value covers; 5 minutes if omitted.
            options: Everything else about the alarm.
        """
        known = self._watched.sampling_percentage
        share = literal(_UNKNOWN_SHARE if known is None else known)
        production, shadow = self.production_variant, self.shadow_variant
        return self._alarm(
            scope,
            id,
            MathExpression(
                # If FILL leaves a count that was never published as it is, IF makes 0 of it.
                expression=f"IF(alive > 0 AND sent * {share} / 100 >= {expected}, FILL(got, 0))",
                using_metrics={
                    "alive": shadow.metric_cpu_utilization(statistic=Stats.SAMPLE_COUNT, period=period),
                    "sent": production.metric_invocations(period=period),
                    "got": shadow.metric_invocations(period=period),
                },
                label="shadow's invocations, where some are expected",
                period=period,
            ),
            threshold=threshold,
            bad="the shadow variant gets no requests although production does",
            options={
                "comparison_operator": ComparisonOperator.LESS_THAN_THRESHOLD,
                "evaluation_periods": 3,
                **options,
            },
        )

    def alarm_production_error_rate(
        self,
        scope: Construct,
        id: str,
        *,
        threshold: float = 1,
        metric_name: str = "Invocation5XXErrors",
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """Rings when production fails: a reason to end the test, whoever's fault it is.

        Args:
            scope: The construct to put the alarm into.
            id: Its id there.
            threshold: How many of 100 requests may fail; 1 if omitted.
            metric_name: Which errors; the model's own (``Invocation5XXErrors``) if omitted.
            period: How much time each value covers; 5 minutes if omitted.
            options: Everything else about the alarm.
        """
        return self._alarm(
            scope,
            id,
            self.production_variant.metric_error_rate(metric_name, period=period),
            threshold=threshold,
            bad=f"the production variant fails more than {threshold} of 100 requests",
            options=options,
        )

    def alarm_production_latency(
        self,
        scope: Construct,
        id: str,
        *,
        threshold: Duration,
        statistic: str = "p90",
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """Rings when production's model gets slow while it is mirrored.

        Args:
            scope: The construct to put the alarm into.
            id: Its id there.
            threshold: How long it may take (``ModelLatency``). Only you know what is usual, so there is no default.
            statistic: Of which latency; p90 if omitted.
            period: How much time each value covers; 5 minutes if omitted.
            options: Everything else about the alarm.

        Raises:
            ValueError: If the threshold is a token: a template can't convert it to microseconds.
        """
        if threshold.is_unresolved():
            raise ValueError(
                f"{self.node.path}: threshold is a token, must be a literal duration (a template can't convert it), "
                "or make the alarm of production_variant.metric_model_latency, with a threshold in microseconds"
            )
        milliseconds = threshold.to_milliseconds()
        return self._alarm(
            scope,
            id,
            self.production_variant.metric_model_latency(statistic=statistic, period=period),
            threshold=milliseconds * 1000,
            bad=f"the production variant's {statistic} latency is more than {milliseconds} ms",
            options=options,
        )

    def _alarm(
        self, scope: Construct, id: str, metric: IMetric, *, threshold: float, bad: str, options: AlarmOptions
    ) -> Alarm:
        defaults: AlarmOptions = {
            "alarm_description": f"Shadow test on endpoint {self._watched.endpoint_name}: {bad}",
            "comparison_operator": ComparisonOperator.GREATER_THAN_THRESHOLD,
            "evaluation_periods": 3,
            "treat_missing_data": TreatMissingData.NOT_BREACHING,
        }
        if "evaluation_periods" not in options:
            # 2 of 3 belong together: of another number of periods all have to be bad, as everywhere in CDK.
            defaults["datapoints_to_alarm"] = 2
        arguments: dict[str, Any] = {**defaults, **options}
        return Alarm(scope, id, metric=metric, threshold=threshold, **arguments)
