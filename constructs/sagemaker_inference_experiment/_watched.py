"""An experiment that is checked again when its app is complete."""

from dataclasses import dataclass

from aws_cdk import CfnResource, Stack
from constructs import IConstruct

from sagemaker_inference_experiment._declaration import Declaration


@dataclass(frozen=True, kw_only=True)
class Watched:
    """An experiment, its stack and what it declares.

    ``over``: whether it is declared as ended. ``endpoint_name``: the name as rendered.
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
        """Whether CloudFormation creates the experiment depending on a condition."""
        resource = self.resource.node.default_child
        return isinstance(resource, CfnResource) and resource.cfn_options.condition is not None
