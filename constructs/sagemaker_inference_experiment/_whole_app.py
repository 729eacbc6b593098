"""The checks that need the complete app: they compare names, and experiments with each other."""

from collections.abc import Sequence

import jsii
from aws_cdk import Aspects, CfnResource, IAspect, Stage, aws_sagemaker
from constructs import IConstruct, IValidation

from sagemaker_inference_experiment._add_warning import add_warning
from sagemaker_inference_experiment._app import app_faults, differences_after_a_promotion
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._autoscaling import warn_of_autoscaling
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._dependencies import depends_on
from sagemaker_inference_experiment._mirror import Difference
from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._references import endpoint_config_name
from sagemaker_inference_experiment._reflection import ATTRIBUTES, resource_behind
from sagemaker_inference_experiment._same_endpoint import same_endpoint_faults
from sagemaker_inference_experiment._warnings import warn_of_promotion
from sagemaker_inference_experiment._watched import Watched


def watch(watched: Watched, provider: InferenceExperimentProvider) -> None:
    """Registers an experiment for the checks at synth. The provider is the one of the experiment."""
    _whole(Stage.of(watched.stack) or watched.stack.node.root).watch(watched, provider)


def _needed(declaration: Declaration) -> list[tuple[str, object, type[CfnResource]]]:
    """The resources that the experiment needs: their parameters, values and types."""
    models = [
        (f"{parameter}.model", variant.model, aws_sagemaker.CfnModel) for parameter, variant in declaration.variants()
    ]
    return [("endpoint", declaration.endpoint, aws_sagemaker.CfnEndpoint), *models]


@jsii.implements(IAspect, IValidation)
class _WholeApp:
    """Checks all experiments of an app or a stage at once.

    It is an aspect, which can add dependencies, and a validation, which can report faults. Both run when the app is
    complete.
    """

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._watched: list[Watched] = []
        self._visited: IConstruct | None = None

    def watch(self, watched: Watched, provider: InferenceExperimentProvider) -> None:
        if self._visited is None:
            # CDK visits each construct below, so the aspect is on a small one that remains if an experiment is removed.
            self._visited = provider.log_group
            Aspects.of(self._visited).add(self)
        self._watched.append(watched)

    def visit(self, node: IConstruct) -> None:
        # An aspect also visits all constructs below.
        if node is self._visited:
            named = NamedResources(self._root)
            for each in self._in_app(named):
                _add_dependencies(each, named)
                _add_endpoint_config(each, named)

    def validate(self) -> list[str]:
        named = NamedResources(self._root)
        watched = self._in_app(named)
        # The app can change a resource after an experiment was created and checked.
        faults = [
            f"{each.path}: {fault}"
            for each in watched
            for fault in (
                *_reference_faults(each, named),
                *app_faults(each.stack, each.declaration, named.find, over=each.over),
            )
        ]
        for each in watched:
            warn_of_promotion(each.experiment, each.stack, each.declaration, named.find)
            if not each.over:
                _warn_of_differences(each, differences_after_a_promotion(each.stack, each.declaration, named.find))
        warn_of_autoscaling(watched, named)
        return [*faults, *same_endpoint_faults(watched, named)]

    def _in_app(self, named: NamedResources) -> list[Watched]:
        return [each for each in self._watched if named.has(each.experiment)]


def _add_dependencies(watched: Watched, named: NamedResources) -> None:
    """CloudFormation derives dependencies from references, but not from names.

    No dependency on a resource of another stack is added, because it could make the stacks depend on each other.
    """
    for _, given, kind in _needed(watched.declaration):
        for resource in named.with_name(given, kind, watched.stack):
            if not depends_on(resource, watched.experiment, named):
                watched.resource.node.add_dependency(resource)


def _add_endpoint_config(watched: Watched, named: NamedResources) -> None:
    """Adds ``EndpointConfigName`` for an endpoint of the same stack that is given by its name.

    CloudFormation then sends an Update to the test if the endpoint's configuration changes. An endpoint that is given
    by a construct or a reference already has the property. It is not added if the endpoint depends on the experiment,
    because the two could then depend on each other.
    """
    given, stack = watched.declaration.endpoint, watched.stack
    if resource_behind(given, aws_sagemaker.CfnEndpoint) is not None:
        return
    endpoint = named.find(given, aws_sagemaker.CfnEndpoint, stack)
    config_name = endpoint_config_name(endpoint, stack) if endpoint is not None else None
    if endpoint is None or config_name is None or depends_on(endpoint, watched.experiment, named):
        return
    resource = watched.resource.node.default_child
    if isinstance(resource, CfnResource):
        resource.add_property_override("EndpointConfigName", config_name)


def _reference_faults(watched: Watched, named: NamedResources) -> list[str]:
    """The parameters whose expression refers to a resource of the app, but does not return its name."""
    faults = []
    for parameter, given, kind in _needed(watched.declaration):
        resource = named.not_by_name(given, kind, watched.stack)
        if resource is not None:
            faults.append(
                f"{parameter} is an expression that refers to {resource.node.path}, but does not return its name: "
                f"pass the construct, or refer to its attribute {ATTRIBUTES[kind]}"
            )
    return faults


def _warn_of_differences(watched: Watched, differences: Sequence[Difference]) -> None:
    if differences:
        said = "; ".join(each.in_words for each in differences)
        add_warning(
            watched.experiment,
            "productionDiffers",
            f"{said}: the deployment fails unless the endpoint still serves what an earlier run promoted",
        )


@ask_once
def _whole(root: IConstruct) -> _WholeApp:
    whole = _WholeApp(root)
    root.node.add_validation(whole)
    return whole
