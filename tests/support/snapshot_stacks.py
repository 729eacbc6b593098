"""Stacks: everything that can be declared, nothing that may be omitted, alarms that end a test, and tokens."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, TypeVar

from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    RemovalPolicy,
    Stack,
    Tags,
    aws_cloudwatch,
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_logs,
    aws_s3,
    aws_sagemaker,
)

from sagemaker_inference_experiment import (
    Conclusion,
    Criterion,
    DataCapture,
    DesiredState,
    Gate,
    InferenceExperiment,
    InferenceExperimentProvider,
    LogLevel,
    ModelVariant,
    OnDelete,
    Schedule,
    ShadowTestDashboard,
    VariantAction,
    WaitFor,
)

T = TypeVar("T")
_MADE_BY = aws_iam.ServicePrincipal("sagemaker.amazonaws.com")


class Everything:
    """A stack in which each parameter of each public class is given, and which of them were."""

    def __init__(self, app: App) -> None:
        self.given: dict[str, set[str]] = defaultdict(set)
        self.stack = Stack(app, "Everything")
        stack, make = self.stack, self._make
        key = aws_kms.Key(stack, "Key")
        endpoint = aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="shop-ranking")
        production = make(
            ModelVariant,
            model="ranking-2024",
            variant_name="AllTraffic",
            instance_type="ml.m5.xlarge",
            instance_count=2,
        )
        vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1)
        # By name, so that its schedule may be told by two instants; ended as far as an end can be told.
        by_name = make(
            InferenceExperiment,
            stack,
            "ByName",
            endpoint=endpoint,
            role=aws_iam.Role(stack, "SageMakerRole", assumed_by=_MADE_BY),
            production_variant=production,
            shadow_variant=make(
                ModelVariant, model="ranking-2025", variant_name="Shadow-01", instance_type="ml.m5.large"
            ),
            sampling_percentage=10,
            experiment_name="ranking-2025",
            schedule=make(Schedule, start=datetime(2030, 1, 1, tzinfo=UTC), end=datetime(2030, 1, 8, tzinfo=UTC)),
            data_capture=make(
                DataCapture,
                destination=aws_s3.Bucket(stack, "Captures"),
                prefix="ranking",
                kms_key=key,
                csv_content_types=["text/csv"],
                json_content_types=["application/json"],
            ),
            kms_key=key,
            description="Is the new ranking as good?",
            conclusion=make(
                Conclusion,
                production=VariantAction.RETAIN,
                shadow=VariantAction.RETAIN,
                desired_state=DesiredState.COMPLETED,
                reason="both are of use",
                desired_variants=(production,),
                shadow_instance_type="ml.m5.xlarge",
                shadow_instance_count=4,
            ),
            on_delete=make(OnDelete, conclusion=Conclusion.retain_both(), keep_record=True),
            adopt_existing=True,
            tags={"team": "search"},
            removal_policy=RemovalPolicy.RETAIN,
            wait_for=WaitFor.CREATED,
            service_timeout=Duration.minutes(50),
            provider=make(
                InferenceExperimentProvider,
                stack,
                "Provider",
                poll_interval=Duration.seconds(10),
                log_retention=aws_logs.RetentionDays.ONE_YEAR,
                log_level=LogLevel.DEBUG,
                log_encryption_key=key,
                memory_size=512,
                reserved_concurrent_executions=20,
                tracing=aws_lambda.Tracing.ACTIVE,
                vpc=vpc,
                vpc_subnets=aws_ec2.SubnetSelection(subnets=vpc.private_subnets),
                security_groups=[aws_ec2.SecurityGroup(stack, "Group", vpc=vpc)],
                permissions_boundary=aws_iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", "developers"),
            ),
        )
        make(
            ShadowTestDashboard,
            stack,
            "Dashboard",
            experiment=by_name,
            dashboard_name="ranking",
            period=Duration.minutes(1),
            alarms=[by_name.alarm_shadow_traffic(stack, "GetsNothing")],
            gpu=True,
        )
        imported = aws_iam.Role.from_role_name(stack, "ImportedRole", "sagemaker-execution")
        # By run, in the provider that the stack gets by itself.
        make(
            InferenceExperiment,
            stack,
            "ByRun",
            endpoint="shop-search",
            role=imported,
            production_variant=production,
            shadow_variant=ModelVariant(model="search-2025", variant_name="Shadow-01", instance_type="ml.m5.large"),
            sampling_percentage=100,
            run="2",
            schedule=make(Schedule, duration=Duration.days(7)),
        )
        # By what its metrics say.
        gate = make(
            Gate,
            criteria=[
                Criterion.traffic(min_invocations=20_000),
                Criterion.latency(statistic="p99", max_ratio=1.1, max=Duration.millis(250)),
                Criterion.error_rate(metric_name="Invocation5XXErrors", max_increase=0.1, max=1),
                Criterion.metric(
                    namespace="Shop",
                    metric_name="Agreement",
                    dimensions={"Stage": "beta"},
                    statistic="Average",
                    min=0.98,
                    max=1,
                ),
                Criterion.alarms(aws_cloudwatch.Alarm.from_alarm_name(stack, "TooSlow", "ranking-too-slow")),
                Criterion.running(at_least=Duration.days(2), enforce=False),
            ],
            window=Duration.hours(24),
            patience=Duration.minutes(30),
        )
        make(
            InferenceExperiment,
            stack,
            "ByEvidence",
            endpoint="shop-offers",
            role=imported,
            shadow_variant=ModelVariant(model="offers-2025"),
            sampling_percentage=10,
            promote_if=gate,
            conclusion=make(Conclusion, shadow=VariantAction.PROMOTE, production=VariantAction.REMOVE, only_if=gate),
        )
        Tags.of(stack).add("stage", "test")

    def _make(self, cls: type[T], *place: Any, **parameters: Any) -> T:
        self.given[cls.__name__] |= parameters.keys()
        return cls(*place, **parameters)


def least(app: App) -> Stack:
    """A stack in which nothing is given that may be omitted."""
    stack = Stack(app, "Least")
    InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop-ranking",
        production_variant=ModelVariant(model="ranking-2024", variant_name="AllTraffic", instance_type="ml.m5.xlarge"),
        shadow_variant=ModelVariant(model="ranking-2025", variant_name="Shadow-01", instance_type="ml.m5.xlarge"),
        sampling_percentage=10,
    )
    return stack


def as_served(app: App) -> Stack:
    """A stack in which no more is declared than the model to try."""
    stack = Stack(app, "AsServed")
    test = InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop-ranking",
        shadow_variant=ModelVariant(model="ranking-2025"),
        sampling_percentage=10,
        on_delete=OnDelete(conclusion=Conclusion.promote_shadow(instance_count=2)),
    )
    ShadowTestDashboard(stack, "Dashboard", experiment=test)
    return stack


def guarded(app: App) -> Stack:
    """A stack whose test ends if an alarm rings: its own, or one that is given by its ARN."""
    stack = Stack(app, "Guarded")
    test = InferenceExperiment(
        stack,
        "ShadowTest",
        endpoint="shop-ranking",
        shadow_variant=ModelVariant(model="ranking-2025"),
        sampling_percentage=10,
    )
    test.end_on(test.alarm_shadow_latency(stack, "Slow"), reason="too slow for the checkout")
    test.end_on("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:checkout")
    test.provider.alarm_errors(stack, "Errors")
    test.provider.alarm_dead_letters(stack, "DeadLetters")
    return stack


def tokens(app: App) -> Stack:
    """A stack in which values are known to CloudFormation alone: parameters, and attributes of other resources."""
    stack = Stack(app, "Tokens")

    def text(id: str) -> str:
        return CfnParameter(stack, id).value_as_string

    def number(id: str) -> Any:
        return CfnParameter(stack, id, type="Number").value_as_number

    key = aws_kms.Key(stack, "Key")
    bucket = aws_s3.Bucket(stack, "Captures")
    model = aws_sagemaker.CfnModel(stack, "Model", execution_role_arn=text("ModelRole"))
    role = aws_iam.Role.from_role_arn(stack, "Role", text("RoleArn"))
    InferenceExperiment(
        stack,
        "Running",
        endpoint=aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name=text("EndpointConfig")),
        role=role,
        production_variant=ModelVariant(
            model=model,
            variant_name=text("ProductionVariant"),
            instance_type=text("InstanceType"),
            instance_count=number("InstanceCount"),
        ),
        shadow_variant=ModelVariant(
            model=text("ShadowModel"), variant_name=text("ShadowVariant"), instance_type=text("ShadowInstanceType")
        ),
        sampling_percentage=number("SamplingPercentage"),
        run=text("Run"),
        schedule=Schedule.start_at(text("Start"), for_=Duration.hours(number("Hours"))),
        data_capture=DataCapture(
            destination=f"s3://{bucket.bucket_name}/ranking", kms_key=key, csv_content_types=[text("ContentType")]
        ),
        kms_key=text("VolumeKey"),
        description=text("Description"),
        tags={"team": text("Team")},
    )
    # Names of variants are keys of a map, which can't be tokens, in what has an end.
    InferenceExperiment(
        stack,
        "Ended",
        endpoint=text("OtherEndpoint"),
        role=role,
        production_variant=ModelVariant(
            model=text("OtherModel"), variant_name="AllTraffic", instance_type=text("OtherInstanceType")
        ),
        shadow_variant=ModelVariant(
            model=text("OtherShadowModel"), variant_name="Shadow-01", instance_type=text("OtherShadowInstanceType")
        ),
        sampling_percentage=number("OtherSamplingPercentage"),
        experiment_name=text("Name"),
        schedule=Schedule.start_now(until=text("End")),
        conclusion=Conclusion.promote_shadow(
            reason=text("Reason"), instance_type=text("PromotedInstanceType"), instance_count=number("PromotedCount")
        ),
        promote_if=Gate(
            criteria=[
                Criterion.traffic(min_invocations=number("MinInvocations")),
                Criterion.latency(statistic=text("Percentile"), max=Duration.millis(number("MaxLatency"))),
                Criterion.alarms(aws_cloudwatch.Alarm.from_alarm_name(stack, "Alarm", text("AlarmName"))),
                Criterion.running(at_least=Duration.days(number("Days"))),
            ],
            window=Duration.hours(number("WindowHours")),
        ),
        on_delete=OnDelete(conclusion=Conclusion.remove_shadow(reason=text("OtherReason"))),
    )
    return stack
