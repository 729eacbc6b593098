"""An experiment that is looked at once more when its app is whole."""

from dataclasses import dataclass

from aws_cdk import CfnResource, Stack
from constructs import IConstruct

from sagemaker_inference_experiment._declaration import Declaration


@dataclass(frozen=True, kw_only=True)
class Watched:
    """An experiment, its stack and what it declares.

    ``over``: it is declared to be over. ``endpoint_name``: as it is rendered.
    """

    experiment: IConstruct
    stack: Stack
    declaration: Declaration
    endpoint_name: str
    over: bool

    @property
    def path(self) -> str:
        return self.experiment.node.path

    @property
    def resource(self) -> IConstruct:
        """The custom resource."""
        return self.experiment.node.find_child("Resource")

    @property
    def conditional(self) -> bool:
        """Whether CloudFormation decides by a condition if there is such an experiment."""
        resource = self.resource.node.default_child
        return isinstance(resource, CfnResource) and resource.cfn_options.condition is not None
