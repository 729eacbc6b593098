"""Known resource types: which changes replace a resource, and how its attributes are derived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shadowtest.values.stack import Place


@dataclass(frozen=True)
class Attribute:
    """
    Attributes:
        value: Returns the attribute's value for a physical ID, properties and a place.
        reads: The properties on which the value depends.
    """

    value: Callable[[str, Mapping[str, str], Place], str]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResourceType:
    """
    Attributes:
        name: The property that names the resource; empty if it can't be named.
        id_of: Returns the physical ID of a resource with that name.
        replaced_by: The properties whose change replaces the resource. ``None`` if each does, except ``Tags``.
        attributes: The attributes, by their names in ``Fn::GetAtt``.
    """

    name: str
    id_of: Callable[[str, Place], str] = lambda name, _: name
    replaced_by: frozenset[str] | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def _sagemaker(kind: str, name: str, replaced_by: frozenset[str] | None = None) -> ResourceType:
    """The physical ID is an ARN, in which SageMaker writes the name in lower case."""
    return ResourceType(
        name,
        lambda given, place: f"arn:{place.partition}:sagemaker:{place.region}:{place.account}:{kind}/{given.lower()}",
        replaced_by,
        {name: Attribute(lambda arn, properties, _: properties.get(name, arn.rpartition("/")[2]), reads=(name,))},
    )


def _arn_of_role(name: str, properties: Mapping[str, str], place: Place) -> str:
    return f"arn:{place.partition}:iam::{place.account}:role{properties.get('Path', '/')}{name}"


_ROLE_ARN = Attribute(_arn_of_role, reads=("Path",))
RESOURCE_TYPES: Mapping[str, ResourceType] = {
    "AWS::IAM::Role": ResourceType(
        "RoleName",
        replaced_by=frozenset({"RoleName", "Path"}),
        attributes={"Arn": _ROLE_ARN},
    ),
    "AWS::Lambda::Function": ResourceType(
        "FunctionName",
        replaced_by=frozenset({"FunctionName", "PackageType", "TenancyConfig", "DurableConfig"}),
        attributes={
            "Arn": Attribute(
                lambda name, _, place: f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{name}"
            )
        },
    ),
    "AWS::S3::Bucket": ResourceType(
        "BucketName",
        replaced_by=frozenset({"BucketName", "ObjectLockEnabled"}),
        attributes={"Arn": Attribute(lambda name, _, place: f"arn:{place.partition}:s3:::{name}")},
    ),
    "AWS::KMS::Key": ResourceType(
        "",
        # CloudFormation refuses an update that would need a new key.
        replaced_by=frozenset(),
        attributes={
            "Arn": Attribute(
                lambda key, _, place: f"arn:{place.partition}:kms:{place.region}:{place.account}:key/{key}"
            )
        },
    ),
    "AWS::KMS::Alias": ResourceType("AliasName", replaced_by=frozenset({"AliasName"})),
    "AWS::SageMaker::Model": _sagemaker("model", "ModelName"),
    "AWS::SageMaker::EndpointConfig": _sagemaker("endpoint-config", "EndpointConfigName"),
    "AWS::SageMaker::Endpoint": _sagemaker("endpoint", "EndpointName", frozenset({"EndpointName"})),
    "Custom::SageMakerInferenceExperiment": ResourceType(
        "Name", replaced_by=frozenset({"Name", "Run"}), attributes={"Name": Attribute(lambda name, *_: name)}
    ),
}
