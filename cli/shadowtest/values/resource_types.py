"""What is known of resource types: when a resource is replaced, and what its attributes are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shadowtest.values.stack import Place


@dataclass(frozen=True)
class Attribute:
    """
    Attributes:
        value: From the physical id, the properties and the place to the attribute's value.
        reads: The properties that this depends on.
    """

    value: Callable[[str, Mapping[str, str], Place], str]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResourceType:
    """
    Attributes:
        name: The property that names the resource; empty where it can't be named.
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
        # CloudFormation refuses an update that would need another key.
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
