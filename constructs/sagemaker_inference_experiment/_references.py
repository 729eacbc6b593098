"""From what users have in hand (a construct, a reference, a name) to what the API wants."""

from typing import Protocol

from aws_cdk import ArnFormat, Stack, aws_sagemaker
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef, IModelRef
from constructs import IConstruct

from sagemaker_inference_experiment._reflection import resource_behind
from sagemaker_inference_experiment._tokens import is_unresolved


class NamedEndpoint(Protocol):
    """An endpoint that knows its name: ``aws_sagemaker.IEndpoint``, and what implements it (aws-sagemaker-alpha)."""

    @property
    def endpoint_name(self) -> str: ...


class NamedModel(Protocol):
    """A model that knows its name, as aws-sagemaker-alpha's ``IModel``."""

    @property
    def model_name(self) -> str: ...


AnyEndpoint = NamedEndpoint | IEndpointRef | str
AnyModel = NamedModel | IModelRef | str


def endpoint_name(endpoint: AnyEndpoint, scope: IConstruct) -> str:
    if isinstance(endpoint, str):
        return endpoint
    # Its ``endpoint_name`` is the property, of which nothing is known where CloudFormation generates the name.
    if isinstance(endpoint, aws_sagemaker.CfnEndpoint):
        return endpoint.attr_endpoint_name
    if hasattr(endpoint, "endpoint_name"):
        return endpoint.endpoint_name
    arn = endpoint.endpoint_ref.endpoint_arn
    # CloudWatch tells names apart by case. An endpoint of the app knows its own; of another there is the ARN alone.
    resource = resource_behind(arn, aws_sagemaker.CfnEndpoint)
    return resource.attr_endpoint_name if resource is not None else _last_part(arn, scope)


def model_name(model: AnyModel, scope: IConstruct) -> str:
    if isinstance(model, str):
        return model
    if isinstance(model, aws_sagemaker.CfnModel):
        return model.attr_model_name
    if hasattr(model, "model_name"):
        return model.model_name
    return _last_part(model.model_ref.model_arn, scope)


def key_arn(key: IKeyRef | str) -> str:
    if isinstance(key, str):
        return key
    return key.key_ref.key_arn


def _last_part(arn: str, scope: IConstruct) -> str:
    # A reference carries the ARN alone. SageMaker lower-cases names in ARNs, and tells none apart by case.
    return Stack.of(scope).split_arn(arn, ArnFormat.SLASH_RESOURCE_NAME).resource_name or ""


def as_in_arn(name: str) -> str:
    """SageMaker lower-cases names in ARNs. Of a token nobody knows the case yet."""
    return name if is_unresolved(name) else name.lower()
