"""The interface of declared and imported experiments."""

from abc import abstractmethod

import jsii
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef, InferenceExperimentReference

from sagemaker_inference_experiment._cloudwatch.alarms import AlarmedExperiment
from sagemaker_inference_experiment._grants import InferenceExperimentGrants


@jsii.implements(IInferenceExperimentRef)
class IInferenceExperiment(AlarmedExperiment):
    """A shadow test, declared here (``InferenceExperiment``) or imported (``InferenceExperiment.from_...``).

    Use it as the type of a parameter that takes either. It is also a CDK ``IInferenceExperimentRef``. A member that
    needs a name which an import was not given raises a ``ValueError``.
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
        """The name of the production variant (``SourceModelVariantName``)."""
        return self._names("production_variant_name")[0]

    @property
    def shadow_variant_name(self) -> str:
        """The name of the shadow variant (``ShadowModelVariantName``)."""
        return self._names("shadow_variant_name")[0]

    @property
    def grants(self) -> InferenceExperimentGrants:
        """Grants others permissions to read, update or stop the experiment."""
        return InferenceExperimentGrants.from_inference_experiment(self)

    @property
    def inference_experiment_ref(self) -> InferenceExperimentReference:
        """The reference that CDK's own interfaces use."""
        return InferenceExperimentReference(
            inference_experiment_arn=self.experiment_arn, inference_experiment_name=self.experiment_name
        )
