"""What a declared and an imported experiment have in common."""

from abc import abstractmethod

import jsii
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef, InferenceExperimentReference

from sagemaker_inference_experiment._cloudwatch.alarms import AlarmedExperiment
from sagemaker_inference_experiment._grants import InferenceExperimentGrants


@jsii.implements(IInferenceExperimentRef)
class IInferenceExperiment(AlarmedExperiment):
    """A shadow test, declared here (``InferenceExperiment``) or imported (``InferenceExperiment.from_...``).

    What takes an experiment is best annotated with this. It is a CDK ``IInferenceExperimentRef`` as well. Of an import
    that was not given what something needs, that raises a ``ValueError``.
    """

    @property
    @abstractmethod
    def experiment_arn(self) -> str:
        """The experiment's ARN (``Arn``)."""

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint whose traffic is shadowed (``EndpointName``)."""
        return self._names("endpoint_name")[0]

    @property
    def production_variant_name(self) -> str:
        """The name of the variant that serves the endpoint (``SourceModelVariantName``)."""
        return self._names("production_variant_name")[0]

    @property
    def shadow_variant_name(self) -> str:
        """The name of the variant that is tried (``ShadowModelVariantName``)."""
        return self._names("shadow_variant_name")[0]

    @property
    def grants(self) -> InferenceExperimentGrants:
        """Lets others look at the experiment, change it or stop it."""
        return InferenceExperimentGrants.from_inference_experiment(self)

    @property
    def inference_experiment_ref(self) -> InferenceExperimentReference:
        """What CDK's own interfaces know an experiment by."""
        return InferenceExperimentReference(
            inference_experiment_arn=self.experiment_arn, inference_experiment_name=self.experiment_name
        )
