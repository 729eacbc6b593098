"""Alarms with thresholds that suit most tests."""

from datetime import datetime
from typing import Any, Unpack

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, IMetric, MathExpression, Stats, TreatMissingData
from constructs import Construct

from sagemaker_inference_experiment._cloudwatch import token_warning
from sagemaker_inference_experiment._cloudwatch.ends_soon import UNREPORTED, before_faults, epoch_of
from sagemaker_inference_experiment._cloudwatch.expressions import literal
from sagemaker_inference_experiment._cloudwatch.options import AlarmOptions
from sagemaker_inference_experiment._cloudwatch.progress import hours_left
from sagemaker_inference_experiment._cloudwatch.watched import WatchedExperiment
from sagemaker_inference_experiment._durations import is_token

_UNKNOWN_SHARE = 1
"""The assumed sampling percentage of an import, where it is unknown: the lowest one with any requests."""


class AlarmedExperiment(WatchedExperiment):
    """A test with methods that create alarms: ordinary CloudWatch alarms without an action.

    By default, an alarm goes into the ALARM state when 2 of the last 3 values are breaching, and each value covers 5
    minutes. Missing data is treated as not breaching. A test has no shadow variant before its start and after its end,
    so an alarm that is in ALARM when the test ends goes back to OK.

    CloudWatch does not support alarms on metrics of another region. Create the alarm in a stack of the experiment's
    region. CDK rejects other stacks.
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
        """An alarm for a shadow variant with a higher error rate than the production variant.

        It is on the difference of the error rates, so requests that fail in both variants do not count.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            threshold: The highest difference in percentage points; 1 if omitted.
            metric_name: The metric of the errors; all errors (``InvocationModelErrors``) if omitted.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.
        """
        return self._alarm(
            scope,
            id,
            self.comparison.error_rate_difference(metric_name, period=period),
            threshold=threshold,
            bad=f"the shadow variant's error rate exceeds production's by more than {threshold} percentage points",
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
        """An alarm for a shadow variant with a higher model latency than the production variant.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            threshold: The highest ratio of the latencies (``ModelLatency``, shadow / production); 1.2 if omitted.
            statistic: The statistic of the latency; p90 if omitted. p99 needs at least 100 requests in each period, and
                the shadow variant only gets ``sampling_percentage`` of the requests.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.
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
        """An alarm for a shadow variant that gets no requests although it should.

        A missing number of requests counts as 0 while the shadow variant's instances report their CPU utilization and
        the production variant gets enough requests. If the shadow variant has no instances, there is no test, and the
        alarm stays OK. The alarm goes into ALARM when all of the last 3 values are breaching.

        The alarm also covers a shadow variant that never got a request and has no such metric. AWS does not document
        whether metric math's ``FILL`` fills a metric without any data. It does document that ``IF`` has a value
        wherever its condition has one. That value is 0 if the number of requests is missing.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            threshold: The lowest number of requests in a period; 1 if omitted.
            expected: Only periods count in which the shadow variant should have got this number of requests, that is
                production's * ``sampling_percentage`` / 100; 10 if omitted. Imports assume 1 percent.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.
        """
        known = self._watched.sampling_percentage
        share = literal(_UNKNOWN_SHARE if known is None else known)
        production, shadow = self.production_variant, self.shadow_variant
        return self._alarm(
            scope,
            id,
            MathExpression(
                # If FILL does not fill a metric that was never published, IF has the value 0.
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
        """An alarm for a production variant with a high error rate, for any reason. Consider ending the test.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            threshold: The highest error rate in percent; 1 if omitted.
            metric_name: The metric of the errors; 5xx responses (``Invocation5XXErrors``) if omitted.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.
        """
        return self._alarm(
            scope,
            id,
            self.production_variant.metric_error_rate(metric_name, period=period),
            threshold=threshold,
            bad=f"the production variant's error rate is more than {threshold} %",
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
        """An alarm for a production variant with a high model latency during the test.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            threshold: The highest latency (``ModelLatency``). There is no default: it depends on the model.
            statistic: The statistic of the latency; p90 if omitted.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.

        Raises:
            ValueError: If the threshold is a token, because a template can't convert it to microseconds.
        """
        if is_token(threshold):
            raise ValueError(
                f"{self.node.path}: threshold is a token, must be a literal duration, because a template can't "
                "convert it. Otherwise, create the alarm from production_variant.metric_model_latency, with a "
                "threshold in microseconds"
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

    def alarm_ends_soon(
        self,
        scope: Construct,
        id: str,
        *,
        before: Duration,
        end_time: datetime | str | None = None,
        period: Duration | None = None,
        **options: Unpack[AlarmOptions],
    ) -> Alarm:
        """An alarm before the scheduled end of the test. After the end, the shadow variant can't be promoted any more.

        It goes into ALARM when less than ``before`` is left and the shadow variant has instances, with or without
        requests. One breaching value is enough. It goes back to OK when the test has ended. A new end takes effect with
        the deployment that declares it.

        The deployment reports the end (attribute ``ScheduledEndEpoch``). If the test was deployed by an earlier version
        of this package, the first deployment with the alarm sends it an Update, which changes nothing in SageMaker. The
        alarm can't know that a test was ended outside of a deployment if its shadow variant stays on the endpoint. It
        then still goes by the scheduled end.

        Args:
            scope: The parent construct of the alarm, in the stack of the experiment or nested with it, unless
                ``end_time`` is given.
            id: The alarm's id in the scope.
            before: The time before the end, at most 30 days.
            end_time: When the test ends, as a datetime or an ISO 8601 string with a time zone. Necessary for an import
                and in other stacks. If omitted, it is what SageMaker reports to the deployment.
            period: The time that each value covers; 5 minutes if omitted.
            options: Other options of the alarm.

        Raises:
            ValueError: If ``before`` or ``end_time`` is invalid or a token, or if ``end_time`` is necessary. The
                message lists all faults.
        """
        chosen: AlarmOptions = {"comparison_operator": ComparisonOperator.LESS_THAN_THRESHOLD, "evaluation_periods": 1}
        chosen.update(options)
        if end_time is None:
            end = self._report_scheduled_end(scope)
            end_faults = [UNREPORTED] if end is None else []
        else:
            end, end_faults = epoch_of(end_time)
        faults = [*before_faults(before, period, chosen["evaluation_periods"]), *end_faults]
        if end is None or faults:
            raise ValueError(f"{self.node.path}: {'; '.join(faults)}")
        hours = before.to_hours(integral=False)
        return self._alarm(
            scope,
            id,
            hours_left(self.shadow_variant, end, {"period": period}),
            threshold=hours,
            bad=f"less than {hours:g} hours are left until its end",
            options=chosen,
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
            # For another number of periods, CDK's default applies: all of them must be breaching.
            defaults["datapoints_to_alarm"] = 2
        arguments: dict[str, Any] = {**defaults, **options}
        alarm = Alarm(scope, id, metric=metric, threshold=threshold, **arguments)
        token_warning.acknowledge(alarm, [metric])
        return alarm
