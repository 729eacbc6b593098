"""What a declared and an imported experiment have in common."""

from abc import abstractmethod
from typing import Protocol

import jsii
from aws_cdk import IResource, Resource
from aws_cdk.interfaces.aws_sagemaker import IInferenceExperimentRef, InferenceExperimentReference

from sagemaker_inference_experiment._grants import InferenceExperimentGrants


class IInferenceExperiment(IResource, IInferenceExperimentRef, Protocol):
    """A shadow test, declared here (``InferenceExperiment``) or imported (``InferenceExperiment.from_...``).

    What takes an experiment is best annotated with this. It is a CDK ``IInferenceExperimentRef`` as well.
    """

    @property
    def experiment_name(self) -> str:
        """The experiment's name (``Name``)."""

    @property
    def experiment_arn(self) -> str:
        """The experiment's ARN (``Arn``)."""

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint whose traffic is shadowed (``EndpointName``)."""

    @property
    def production_variant_name(self) -> str:
        """The name of the variant that serves the endpoint (``SourceModelVariantName``)."""

    @property
    def shadow_variant_name(self) -> str:
        """The name of the variant that is tried (``ShadowModelVariantName``)."""

    @property
    def grants(self) -> InferenceExperimentGrants:
        """Lets others look at the experiment, change it or stop it."""


@jsii.implements(IInferenceExperimentRef)
class InferenceExperimentBase(Resource):
    """The part of an ``IInferenceExperiment`` that follows from the rest of it."""

    @property
    @abstractmethod
    def experiment_name(self) -> str: ...

    @property
    @abstractmethod
    def experiment_arn(self) -> str: ...

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
