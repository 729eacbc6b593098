"""The limits of what may be declared are those of botocore's service model."""

import re
import string

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec import limits
from local.sagemaker.patterns import compiled


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ("InferenceExperimentDescription", limits.DESCRIPTION),
        ("InferenceExperimentStatusReason", limits.REASON),
        ("TagKey", limits.TAG_KEY),
        ("TagValue", limits.TAG_VALUE),
    ],
)
def test_each_character_is_taken_as_the_service_model_takes_it(shape: str, text: limits.Text) -> None:
    pattern = botocore.session.Session().get_service_model("sagemaker").shape_for(shape).metadata["pattern"]
    characters = [*map(chr, (*range(0x100), *range(0x2000, 0x2030), 0x3000, 0x180E))]

    taken = [character for character in characters if compiled(pattern).fullmatch(f"a{character}b")]

    assert [character for character in characters if text.admits(f"a{character}b")] == taken


@given(st.text(alphabet=string.printable, max_size=130))
def test_names_are_those_of_the_service_model(name: str) -> None:
    modelled = re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}", name) is not None and len(name) <= 120

    assert limits.EXPERIMENT_NAME.admits(name) == modelled


def test_every_length_is_that_of_the_service_model() -> None:
    model = botocore.session.Session().get_service_model("sagemaker")
    shapes = {
        "InferenceExperimentName": limits.EXPERIMENT_NAME,
        "EndpointName": limits.ENDPOINT_NAME,
        "ModelName": limits.MODEL_NAME,
        "ModelVariantName": limits.VARIANT_NAME,
        "RoleArn": limits.ROLE_ARN,
        "KmsKeyId": limits.KMS_KEY,
        "DestinationS3Uri": limits.S3_DESTINATION,
        "CsvContentType": limits.CONTENT_TYPE,
        "JsonContentType": limits.CONTENT_TYPE,
        "InferenceExperimentDescription": limits.DESCRIPTION,
        "InferenceExperimentStatusReason": limits.REASON,
        "TagKey": limits.TAG_KEY,
        "TagValue": limits.TAG_VALUE,
    }
    for shape, text in shapes.items():
        assert text.longest == model.shape_for(shape).metadata["max"], shape
    assert limits.SAMPLING_PERCENTAGE[-1] == model.shape_for("Percentage").metadata["max"]
    assert model.shape_for("TagList").metadata["max"] == limits.TAGS
    assert model.shape_for("CsvContentTypes").metadata["max"] == limits.CONTENT_TYPES
    types = model.shape_for("ProductionVariantInstanceType").enum
    assert [each for each in types if not limits.INSTANCE_TYPE.admits(each)] == []
