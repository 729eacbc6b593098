"""Which resources of the app depend on an experiment, as far as the app shows it."""

from collections.abc import Iterator

from aws_cdk import CfnResource, Stack, aws_sagemaker
from constructs import IConstruct

from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._reflection import address_of


def depends_on(resource: CfnResource, experiment: IConstruct, named: NamedResources) -> bool:
    """Whether a resource depends on an experiment, directly or indirectly.

    It follows explicit dependencies, and the configuration and the models of an endpoint.
    """
    of_experiment = {address_of(construct) for construct in experiment.node.find_all()}
    seen: set[str] = set()
    left: list[IConstruct] = [resource]
    while left:
        construct = left.pop()
        address = address_of(construct)
        if address in of_experiment:
            return True
        if address not in seen:
            seen.add(address)
            left += _dependencies(construct, named)
    return False


def _dependencies(construct: IConstruct, named: NamedResources) -> Iterator[IConstruct]:
    # A dependency between two constructs covers everything within them.
    for scope in construct.node.scopes:
        for dependency in scope.node.dependencies:
            yield from dependency.node.find_all()
    if isinstance(construct, CfnResource):
        yield from (each for each in construct.obtain_dependencies() if isinstance(each, CfnResource))
    if isinstance(construct, aws_sagemaker.CfnEndpoint):
        config = named.find(construct.endpoint_config_name, aws_sagemaker.CfnEndpointConfig, Stack.of(construct))
        yield from [config] if config is not None else []
