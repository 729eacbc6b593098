"""Endpoints and models that experiments give by a name, which may be one of a resource of the app."""

import jsii
from aws_cdk import Aspects, CfnResource, IAspect, Stack, Stage, aws_sagemaker
from constructs import IConstruct, IValidation

from sagemaker_inference_experiment._app import app_faults
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._reflection import address_of
from sagemaker_inference_experiment._tokens import is_unresolved


def watch_names(experiment: IConstruct, stack: Stack, declaration: Declaration, *, over: bool) -> None:
    """Has an experiment looked at once more at synth if it gives its endpoint or a model by a name."""
    if _given(declaration):
        _names_below(Stage.of(stack) or stack.node.root).watch(experiment, stack, declaration, over)


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
class _Names:
    """Looks for what has these names, once for all experiments of an app or a stage.

    It is an aspect, which may add dependencies, and a validation, which may refuse. Both come after the app is made.
    """

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._declared: list[tuple[IConstruct, Stack, Declaration, bool]] = []

    def watch(self, experiment: IConstruct, stack: Stack, declaration: Declaration, over: bool) -> None:
        if not self._declared:
            Aspects.of(experiment).add(self)
        self._declared.append((experiment, stack, declaration, over))

    def visit(self, node: IConstruct) -> None:
        first, *_ = self._declared[0]
        # An aspect visits all that is below, too.
        if address_of(node) == address_of(first):
            self._add_dependencies(NamedResources(self._root))

    def _add_dependencies(self, named: NamedResources) -> None:
        """CloudFormation knows itself what a test depends on by an attribute, but nothing of a literal name.

        On a resource of another stack nothing depends: that could close a circle of stacks.
        """
        for experiment, stack, declaration, _ in self._declared:
            for name, kind in _given(declaration):
                resource = None if is_unresolved(name) else named.find(name, kind, stack)
                if resource is not None and address_of(Stack.of(resource)) == address_of(stack):
                    experiment.node.find_child("Resource").node.add_dependency(resource)

    def validate(self) -> list[str]:
        named = NamedResources(self._root)
        return [
            f"{experiment.node.path}: {fault}"
            for experiment, stack, declaration, over in self._declared
            for fault in app_faults(stack, declaration, named.find, over=over)
        ]


@ask_once
def _names_below(root: IConstruct) -> _Names:
    names = _Names(root)
    root.node.add_validation(names)
    return names
