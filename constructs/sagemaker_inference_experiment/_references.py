"""The names of endpoints, models and keys that the API needs, from constructs, references or names."""

from typing import Protocol, cast

from aws_cdk import ArnFormat, Stack, aws_kms, aws_sagemaker
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_s3 import BucketReference, IBucketRef
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef, IModelRef

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._reflection import address_of, has, resource_behind
from sagemaker_inference_experiment._tokens import is_unresolved


class NamedEndpoint(Protocol):
    """An endpoint with a name: ``aws_sagemaker.IEndpoint``, which aws-sagemaker-alpha implements."""

    @property
    def endpoint_name(self) -> str: ...


class NamedModel(Protocol):
    """A model with a name, such as aws-sagemaker-alpha's ``IModel``."""

    @property
    def model_name(self) -> str: ...


AnyEndpoint = NamedEndpoint | IEndpointRef | str
AnyModel = NamedModel | IModelRef | str


def endpoint_name(endpoint: AnyEndpoint, stack: Stack) -> str:
    if isinstance(endpoint, str):
        # ``ref`` is the ARN.
        referred = resource_behind(endpoint, aws_sagemaker.CfnEndpoint)
        return endpoint if referred is None else referred.attr_endpoint_name
    # ``endpoint_name`` of a CfnEndpoint is the property, which is None where CloudFormation generates the name.
    if isinstance(endpoint, aws_sagemaker.CfnEndpoint):
        return endpoint.attr_endpoint_name
    if has(endpoint, "endpoint_name"):
        return cast("NamedEndpoint", endpoint).endpoint_name
    arn = cast("IEndpointRef", endpoint).endpoint_ref.endpoint_arn
    # An endpoint of the app has its name in the original case, which CloudWatch needs. Any other only has its ARN.
    resource = resource_behind(arn, aws_sagemaker.CfnEndpoint)
    return resource.attr_endpoint_name if resource is not None else _last_part(arn, stack)


def endpoint_config_name(endpoint: AnyEndpoint, stack: Stack) -> str | None:
    """The configuration of an endpoint that is in the same stack; ``None`` for any other endpoint.

    A reference to another stack would be an export, and CloudFormation does not change an export that is in use.
    """
    resource = resource_behind(endpoint, aws_sagemaker.CfnEndpoint)
    if resource is None or address_of(Stack.of(resource)) != address_of(stack):
        return None
    return resource.endpoint_config_name


def model_name(model: AnyModel, stack: Stack) -> str:
    if isinstance(model, str):
        referred = resource_behind(model, aws_sagemaker.CfnModel)
        return model if referred is None else referred.attr_model_name
    if isinstance(model, aws_sagemaker.CfnModel):
        return model.attr_model_name
    if has(model, "model_name"):
        return cast("NamedModel", model).model_name
    return _last_part(cast("IModelRef", model).model_ref.model_arn, stack)


def key_arn(key: IKeyRef | str | None) -> str | None:
    """``None`` without a key. SageMaker treats an empty string in the same way."""
    if key is None or isinstance(key, str):
        return key or None
    return arn_of_key(key)


def alias_name(key: IKeyRef) -> str | None:
    """The name of a key that is given as an alias; ``None`` for any other key."""
    return cast("aws_kms.IAlias", key).alias_name if has(key, "alias_name") else None


def bucket_name(bucket: IBucketRef) -> str:
    return _bucket(bucket).bucket_name


def bucket_arn(bucket: IBucketRef) -> str:
    return _bucket(bucket).bucket_arn


def _last_part(arn: str, stack: Stack) -> str:
    # SageMaker lower-cases names in ARNs. It does not distinguish names by case.
    return stack.split_arn(arn, ArnFormat.SLASH_RESOURCE_NAME).resource_name or ""


@ask_once
def arn_of_key(key: IKeyRef) -> str:
    return key.key_ref.key_arn


@ask_once
def _bucket(bucket: IBucketRef) -> BucketReference:
    return bucket.bucket_ref


def as_in_arn(name: str) -> str:
    """A name as in an ARN, where SageMaker lower-cases it. The case of a token can't be changed."""
    return name if is_unresolved(name) else name.lower()
