"""What can be watched of a shadow test: all that it takes are the names of an endpoint and two variants."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Unpack

from aws_cdk import Resource
from aws_cdk.aws_cloudwatch import Metric

from sagemaker_inference_experiment._comparison import VariantComparison
from sagemaker_inference_experiment._schedule import Schedule
from sagemaker_inference_experiment._variant_metrics import ExperimentVariant, MetricOptions


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a test at synth. An import may know little of it; ``None`` is what it doesn't."""

    endpoint_name: str | None = None
    production_variant_name: str | None = None
    shadow_variant_name: str | None = None
    sampling_percentage: float | None = None
    instance_types: tuple[str, ...] = ()
    schedule: Schedule | None = None
    start_time: str | None = None
    end_time: str | None = None


class WatchedExperiment(Resource):
    """A test that can be watched in CloudWatch: an ``InferenceExperiment``, or an import that knows enough."""

    # Whoever inherits sets it in `__init__`.
    _watched: Known

    @property
    @abstractmethod
    def experiment_name(self) -> str:
        """The experiment's name (``Name``)."""

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
        """The shadow variant's metrics beside the production variant's.

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
        """Any metric of a variant; ``production_variant`` and ``shadow_variant`` have a helper for each known one.

        Args:
            metric_name: The metric's name in CloudWatch.
            namespace: Its namespace; if omitted the one where SageMaker publishes it.
            variant_name: The variant; the shadow variant if omitted.
            options: Where, how and over what time it is taken, and how a graph shows it.

        Raises:
            ValueError: If the namespace is omitted and not known, or the experiment is imported without a name that
                is needed.
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
                f"{self.node.path}: {' and '.join(missing)} {known} not known here, "
                f"give {them} to from_experiment_attributes"
            )
        return tuple(names.values())
