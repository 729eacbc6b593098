"""Which resources of the app depend on an experiment, as far as the app shows it."""

import re
from collections.abc import Iterator
from typing import Any

from aws_cdk import CfnResource, Stack, aws_sagemaker
from constructs import IConstruct

from sagemaker_inference_experiment._named_resources import NamedResources
from sagemaker_inference_experiment._reflection import address_of


def depends_on(resource: CfnResource, experiment: IConstruct, named: NamedResources) -> bool:
    """Whether a resource depends on an experiment, directly or indirectly.

    It follows explicit dependencies, references in properties, and the configuration of an endpoint.
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
        stack = Stack.of(construct)
        referred = (named.with_logical_id(each, stack) for each in _referred(stack.resolve(construct._cfn_properties)))
        yield from filter(None, referred)
    if isinstance(construct, aws_sagemaker.CfnEndpoint):
        config = named.find(construct.endpoint_config_name, aws_sagemaker.CfnEndpointConfig, Stack.of(construct))
        yield from [config] if config is not None else []


def _referred(value: Any) -> Iterator[str]:
    """The logical ids that a resolved value refers to. It can contain names of parameters and of AWS as well."""
    match value:
        case {"Ref": str(logical_id)}:
            yield logical_id
        case {"Fn::GetAtt": [str(logical_id), *_]}:
            yield logical_id
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            yield from (each.partition(".")[0] for each in re.findall(r"\$\{([^!}]+)\}", text))
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _referred(each)
