"""What can be told of experiments only when their app is whole: of names, and of each other."""

from collections.abc import Sequence

import jsii
from aws_cdk import Aspects, CfnResource, IAspect, Stack, Stage, aws_sagemaker
from constructs import IConstruct, IValidation

from sagemaker_inference_experiment._app import app_faults, differences_after_a_promotion
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._mirror import Difference
from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._reflection import address_of
from sagemaker_inference_experiment._same_endpoint import same_endpoint_faults
from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._warnings import add_warning
from sagemaker_inference_experiment._watched import Watched


def watch(watched: Watched) -> None:
    """Has an experiment looked at once more at synth."""
    _whole(Stage.of(watched.stack) or watched.stack.node.root).watch(watched)


def _given(declaration: Declaration) -> list[tuple[str, type[CfnResource]]]:
    """What it gives by a name, and of what kind that is."""
    return [
        (given, kind)
        for given, kind in (
            (declaration.endpoint, aws_sagemaker.CfnEndpoint),
            (declaration.production_variant.model, aws_sagemaker.CfnModel),
            (declaration.shadow_variant.model, aws_sagemaker.CfnModel),
        )
        if isinstance(given, str)
    ]


@jsii.implements(IAspect, IValidation)
class _WholeApp:
    """Looks at all experiments of an app or a stage at once.

    It is an aspect, which may add dependencies, and a validation, which may refuse. Both come after the app is made.
    """

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._watched: list[Watched] = []

    def watch(self, watched: Watched) -> None:
        if not self._watched:
            Aspects.of(watched.experiment).add(self)
        self._watched.append(watched)

    def visit(self, node: IConstruct) -> None:
        # An aspect visits all that is below, too.
        if address_of(node) == address_of(self._watched[0].experiment):
            self._add_dependencies(NamedResources(self._root))

    def _add_dependencies(self, named: NamedResources) -> None:
        """CloudFormation knows itself what a test depends on by an attribute, but nothing of a literal name.

        On a resource of another stack nothing depends: that could close a circle of stacks.
        """
        for each in self._watched:
            for name, kind in _given(each.declaration):
                resource = None if is_unresolved(name) else named.find(name, kind, each.stack)
                if resource is not None and address_of(Stack.of(resource)) == address_of(each.stack):
                    each.experiment.node.find_child("Resource").node.add_dependency(resource)

    def validate(self) -> list[str]:
        named = NamedResources(self._root)
        of_names = [
            f"{each.path}: {fault}"
            for each in self._watched
            # What is given otherwise was looked at when the experiment was made.
            if _given(each.declaration)
            for fault in app_faults(each.stack, each.declaration, named.find, over=each.over)
        ]
        for each in self._watched:
            if not each.over:
                _warn_of_differences(each, differences_after_a_promotion(each.stack, each.declaration, named.find))
        return [*of_names, *same_endpoint_faults(self._watched, named)]


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
