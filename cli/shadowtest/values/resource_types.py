"""What is known of resource types: when a resource is replaced, and what its attributes are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shadowtest.values.stack import Place

Attribute = Callable[[str, Mapping[str, Any], Place], str]
"""From the physical id, the properties and the place to the attribute's value."""


@dataclass(frozen=True)
class ResourceType:
    """
    Attributes:
        name: The property that names the resource.
        id_of: The physical id of a resource of that name.
        replaced_by: The properties by which it is replaced; ``None``: by any but ``Tags``.
        attributes: By the names that ``Fn::GetAtt`` has for them.
    """

    name: str
    id_of: Callable[[str, Place], str] = lambda name, _: name
    replaced_by: frozenset[str] | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def _sagemaker(kind: str, name: str, replaced_by: frozenset[str] | None = None) -> ResourceType:
    """The physical id is an ARN, in which SageMaker writes the name in lower case."""
    return ResourceType(
        name,
        lambda given, place: f"arn:{place.partition}:sagemaker:{place.region}:{place.account}:{kind}/{given.lower()}",
        replaced_by,
        {name: lambda arn, properties, _: str(properties.get(name, arn.rpartition("/")[2]))},
    )


def _role_arn(name: str, properties: Mapping[str, Any], place: Place) -> str:
    return f"arn:{place.partition}:iam::{place.account}:role{properties.get('Path', '/')}{name}"


RESOURCE_TYPES: Mapping[str, ResourceType] = {
    "AWS::IAM::Role": ResourceType(
        "RoleName", replaced_by=frozenset({"RoleName", "Path"}), attributes={"Arn": _role_arn}
    ),
    "AWS::Lambda::Function": ResourceType(
        "FunctionName",
        replaced_by=frozenset({"FunctionName", "PackageType", "TenancyConfig", "DurableConfig"}),
        attributes={
            "Arn": lambda name, _, place: f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{name}"
        },
    ),
    "AWS::S3::Bucket": ResourceType(
        "BucketName",
        replaced_by=frozenset({"BucketName", "ObjectLockEnabled"}),
        attributes={"Arn": lambda name, _, place: f"arn:{place.partition}:s3:::{name}"},
    ),
    "AWS::KMS::Alias": ResourceType("AliasName", replaced_by=frozenset({"AliasName"})),
    "AWS::SageMaker::Model": _sagemaker("model", "ModelName"),
    "AWS::SageMaker::EndpointConfig": _sagemaker("endpoint-config", "EndpointConfigName"),
    "AWS::SageMaker::Endpoint": _sagemaker("endpoint", "EndpointName", frozenset({"EndpointName"})),
    "Custom::SageMakerInferenceExperiment": ResourceType(
        "Name", replaced_by=frozenset({"Name", "Run"}), attributes={"Name": lambda name, *_: name}
    ),
}
