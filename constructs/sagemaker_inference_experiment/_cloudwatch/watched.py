"""A shadow test in CloudWatch, identified by the names of its endpoint and its variants."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Unpack

from aws_cdk import Resource
from aws_cdk.aws_cloudwatch import Metric
from constructs import IConstruct

from sagemaker_inference_experiment._cloudwatch.comparison import VariantComparison
from sagemaker_inference_experiment._cloudwatch.options import MetricOptions
from sagemaker_inference_experiment._cloudwatch.variant import ExperimentVariant
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class KnownVariant:
    """What is known of a variant at synth, besides its name. ``None`` means unknown."""

    model_name: str | None = None
    instance_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a test at synth. ``None`` means unknown, as most values of an import can be.

    ``over``: whether it is declared as ended.
    """

    endpoint_name: str | None = None
    production_variant_name: str | None = None
    shadow_variant_name: str | None = None
    sampling_percentage: float | None = None
    production: KnownVariant = KnownVariant()
    shadow: KnownVariant = KnownVariant()
    schedule: Schedule | None = None
    over: bool = False
    gate: Gate | None = None


class WatchedExperiment(Resource):
    """A test with its metrics in CloudWatch: an ``InferenceExperiment``, or an import with the necessary names."""

    # Subclasses set it in `__init__`.
    _watched: Known

    @property
    @abstractmethod
    def experiment_name(self) -> str:
        """The experiment's name (``Name``)."""

    @property
    def _reported_start_time(self) -> str | None:
        """When the test starts, as SageMaker reports it to the deployment; unknown for an import."""
        return None

    @property
    def _reported_end_time(self) -> str | None:
        """When the test ends, as SageMaker reports it to the deployment; unknown for an import."""
        return None

    def _report_scheduled_end(self, scope: IConstruct) -> str | None:  # noqa: ARG002
        """When the test will end, in seconds since 1970, as SageMaker reports it to the deployment; 0 if it will not.

        ``None`` if the scope is not deployed with the experiment. Unknown for an import.
        """
        return None

    def _report_instance_type(self, scope: IConstruct, role: str) -> str | None:  # noqa: ARG002
        """The instance type of a variant in its role, ``production`` or ``shadow``, as the deployment knows it.

        ``None`` if the scope is not deployed with the experiment. Unknown for an import.
        """
        return None

    @property
    def production_variant(self) -> ExperimentVariant:
        """The production variant, with its metrics.

        Raises:
            ValueError: If the experiment is imported without its ``endpoint_name`` or ``production_variant_name``.
        """
        endpoint_name, variant_name = self._names("endpoint_name", "production_variant_name")
        return ExperimentVariant(scope=self, role="production", endpoint_name=endpoint_name, variant_name=variant_name)

    @property
    def shadow_variant(self) -> ExperimentVariant:
        """The shadow variant, with its metrics.

        Raises:
            ValueError: If the experiment is imported without its ``endpoint_name`` or ``shadow_variant_name``.
        """
        endpoint_name, variant_name = self._names("endpoint_name", "shadow_variant_name")
        return ExperimentVariant(scope=self, role="shadow", endpoint_name=endpoint_name, variant_name=variant_name)

    @property
    def comparison(self) -> VariantComparison:
        """The comparison of the shadow variant with the production variant.

        Raises:
            ValueError: If the experiment is imported without its ``endpoint_name`` or a variant's name.
        """
        self._names("endpoint_name", "production_variant_name", "shadow_variant_name")
        return VariantComparison(
            production=self.production_variant,
            shadow=self.shadow_variant,
            sampling_percentage=self._watched.sampling_percentage,
        )

    def metric(
        self,
        metric_name: str,
        *,
        namespace: str | None = None,
        variant_name: str | None = None,
        **options: Unpack[MetricOptions],
    ) -> Metric:
        """Any metric of a variant. ``production_variant`` and ``shadow_variant`` have a method for each known metric.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: The metric's namespace; the one that SageMaker publishes it in if omitted.
            variant_name: The variant; the shadow variant if omitted.
            options: The options of the metric.

        Raises:
            ValueError: If the namespace is omitted and unknown, or if the experiment is imported without a name that
                the metric needs.
        """
        if variant_name is None:
            variant = self.shadow_variant
        else:
            (endpoint_name,) = self._names("endpoint_name")
            variant = ExperimentVariant(
                scope=self, role="shadow", endpoint_name=endpoint_name, variant_name=variant_name
            )
        return variant.metric(metric_name, namespace=namespace, **options)

    def _names(self, *needed: str) -> tuple[str, ...]:
        names = {name: getattr(self._watched, name) for name in needed}
        missing = [name for name, value in names.items() if value is None]
        if missing:
            known, them = ("is", "it") if len(missing) == 1 else ("are", "them")
            raise ValueError(
                f"{self.node.path}: {' and '.join(missing)} {known} not known: "
                f"give {them} to from_experiment_attributes"
            )
        return tuple(names.values())
