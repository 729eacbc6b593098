"""From what users have in hand (a construct, a reference, a name) to what the API wants."""

from aws_cdk import ArnFormat, Stack, aws_sagemaker
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef, IModelRef
from constructs import IConstruct


def endpoint_name(endpoint: IEndpointRef | str, scope: IConstruct) -> str:
    if isinstance(endpoint, str):
        return endpoint
    if isinstance(endpoint, aws_sagemaker.CfnEndpoint):
        return endpoint.attr_endpoint_name
    return _last_part(endpoint.endpoint_ref.endpoint_arn, scope)


def model_name(model: IModelRef | str, scope: IConstruct) -> str:
    if isinstance(model, str):
        return model
    if isinstance(model, aws_sagemaker.CfnModel):
        return model.attr_model_name
    return _last_part(model.model_ref.model_arn, scope)


def key_arn(key: IKeyRef | str) -> str:
    if isinstance(key, str):
        return key
    return key.key_ref.key_arn


def _last_part(arn: str, scope: IConstruct) -> str:
    # A reference carries the ARN alone. SageMaker lower-cases names in ARNs and doesn't tell names apart by case.
    return Stack.of(scope).split_arn(arn, ArnFormat.SLASH_RESOURCE_NAME).resource_name or ""
