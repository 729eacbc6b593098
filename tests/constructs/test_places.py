"""The endpoint, the models and the volumes' key are of the experiment's own account and region."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jsii
import pytest
from aws_cdk import Aws, CfnParameter, Environment, Stack, aws_kms, aws_sagemaker
from aws_cdk.aws_sagemaker_alpha import Endpoint, Model
from aws_cdk.interfaces.aws_sagemaker import EndpointReference, IEndpointRef

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant, OnDelete

PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")
HERE = {"account": "111122223333", "region": "eu-west-1"}
PLACES = [{"region": "us-east-1"}, {"account": "222222222222"}]


def stack_of(declared: Any, **place: str) -> Stack:
    return Stack(declared.app, "Elsewhere", env=Environment(**{**HERE, **place}), cross_region_references=True)


def arn(resource: str, service: str = "sagemaker", **place: str) -> str:
    there = {**HERE, **place}
    return f"arn:aws:{service}:{there['region']}:{there['account']}:{resource}"


@jsii.implements(IEndpointRef)
class Referred:
    """An endpoint of which only the reference is known."""

    def __init__(self, endpoint_arn: str) -> None:
        self._endpoint_arn = endpoint_arn

    @property
    def endpoint_ref(self) -> EndpointReference:
        return EndpointReference(endpoint_arn=self._endpoint_arn)


def endpoint(stack: Stack) -> aws_sagemaker.CfnEndpoint:
    return aws_sagemaker.CfnEndpoint(stack, "Endpoint", endpoint_config_name="config", endpoint_name="shop")


ENDPOINTS: dict[str, Callable[[Any, dict[str, str]], Any]] = {
    "a construct": lambda declared, place: endpoint(stack_of(declared, **place)),
    "an attribute": lambda declared, place: endpoint(stack_of(declared, **place)).attr_endpoint_name,
    "imported": lambda declared, place: Endpoint.from_endpoint_arn(declared.stack, "E", arn("endpoint/shop", **place)),
    "imported elsewhere": lambda declared, place: Endpoint.from_endpoint_name(stack_of(declared, **place), "E", "shop"),
    "a reference": lambda _, place: Referred(arn("endpoint/shop", **place)),
    "a reference to a construct": lambda declared, place: Referred(endpoint(stack_of(declared, **place)).ref),
}


@pytest.mark.parametrize("given", ENDPOINTS.values(), ids=ENDPOINTS)
@pytest.mark.parametrize("place", PLACES, ids=["region", "account"])
def test_an_endpoint_of_another_place_is_refused(
    declared_in_dublin: Any, given: Callable[[Any, dict[str, str]], Any], place: dict[str, str]
) -> None:
    ((what, there),) = place.items()

    with pytest.raises(InvalidExperimentError) as raised:
        declared_in_dublin.experiment(endpoint=given(declared_in_dublin, place))

    said = f"endpoint is in {what} {there!r}, must be in the experiment's {what}, {HERE[what]!r}: declare"
    assert f"  - {said}" in str(raised.value)


@pytest.mark.parametrize("given", ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_endpoint_of_the_same_place_passes(declared_in_dublin: Any, given: Callable[[Any, Any], Any]) -> None:
    assert declared_in_dublin.experiment(endpoint=given(declared_in_dublin, {}))


def model(stack: Stack) -> aws_sagemaker.CfnModel:
    return aws_sagemaker.CfnModel(stack, "Model", model_name="champion")


MODELS: dict[str, Callable[[Any, dict[str, str]], Any]] = {
    "a construct": lambda declared, place: model(stack_of(declared, **place)),
    "an attribute": lambda declared, place: model(stack_of(declared, **place)).attr_model_name,
    "imported": lambda declared, place: Model.from_model_name(stack_of(declared, **place), "M", "champion"),
}


@pytest.mark.parametrize("given", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("place", PLACES, ids=["region", "account"])
def test_a_model_of_another_place_is_refused(
    declared_in_dublin: Any, given: Callable[[Any, Any], Any], place: dict[str, str]
) -> None:
    ((what, there),) = place.items()
    elsewhere = given(declared_in_dublin, place)

    with pytest.raises(InvalidExperimentError, match=rf"shadow_variant\.model is in {what} '{there}', must be in the"):
        declared_in_dublin.experiment(shadow_variant=replace(SHADOW, model=elsewhere))


def test_so_is_a_model_at_the_end(declared_in_dublin: Any) -> None:
    elsewhere = model(stack_of(declared_in_dublin, region="us-east-1"))
    ending = Conclusion(desired_variants=(replace(PRODUCTION, model=elsewhere),))

    with pytest.raises(InvalidExperimentError, match=r"on_delete\.conclusion\.desired_variants\[0\]\.model is in reg"):
        declared_in_dublin.experiment(on_delete=OnDelete(conclusion=ending))


KEYS: dict[str, Callable[[Any, dict[str, str]], Any]] = {
    "a construct": lambda declared, place: aws_kms.Key(stack_of(declared, **place), "Key"),
    "imported": lambda declared, place: aws_kms.Key.from_key_arn(declared.stack, "Key", arn("key/1", "kms", **place)),
    "an ARN": lambda _, place: arn("key/1", "kms", **place),
    "an ARN with a token": lambda _, place: arn("alias/shop", "kms", account=Aws.ACCOUNT_ID, **place),
}


@pytest.mark.parametrize("given", KEYS.values(), ids=KEYS)
def test_a_key_of_another_region_is_refused(declared_in_dublin: Any, given: Callable[[Any, Any], Any]) -> None:
    key = given(declared_in_dublin, {"region": "us-east-1"})

    with pytest.raises(InvalidExperimentError, match="kms_key is in region 'us-east-1', must be in the experiment's"):
        declared_in_dublin.experiment(kms_key=key)


def test_a_key_of_another_account_passes(declared_in_dublin: Any) -> None:
    assert declared_in_dublin.experiment(kms_key=arn("key/1", "kms", account="222222222222"))


def test_places_that_nobody_knows_yet_pass(declared: Any) -> None:
    there = Endpoint.from_endpoint_arn(declared.stack, "E", arn("endpoint/shop", region="us-east-1"))

    assert declared.experiment(endpoint=there, kms_key=arn("key/1", "kms"))


def test_a_value_from_another_place_may_name_what_is_here(declared_in_dublin: Any) -> None:
    elsewhere = stack_of(declared_in_dublin, region="us-east-1")

    assert declared_in_dublin.experiment(endpoint=CfnParameter(elsewhere, "Endpoint").value_as_string)


@dataclass
class Serving:
    """An endpoint of the app's own, whose ``env`` is the name of an environment. It can't be hashed."""

    endpoint_name: str
    env: str = "production"


def test_an_attribute_may_be_called_env(declared_in_dublin: Any) -> None:
    assert declared_in_dublin.experiment(endpoint=Serving("shop"))
