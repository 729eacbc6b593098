"""The declared end of a test: which variants it names, and what it can't promote."""

from typing import Any

import pytest
from aws_cdk import Token

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant, OnDelete


@pytest.mark.parametrize("ends", [{"conclusion": Conclusion.promote_shadow()}, {"on_delete": OnDelete()}], ids=str)
def test_a_name_that_is_not_known_yet_cannot_be_a_key(declared: Any, ends: dict[str, Any]) -> None:
    shadow = ModelVariant(
        model="challenger", variant_name=Token.as_string({"Ref": "Name"}), instance_type="ml.m5.xlarge"
    )
    assert declared.rendered(shadow_variant=shadow)

    with pytest.raises(InvalidExperimentError, match=r"shadow_variant\.variant_name is a token, must be a lit"):
        declared.experiment("Ending", shadow_variant=shadow, **ends)


EMPTY = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge", instance_count=0)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"conclusion": Conclusion.promote_shadow(instance_count=0)}, "conclusion"),
        ({"conclusion": Conclusion.promote_shadow(), "shadow_variant": EMPTY}, "conclusion"),
        ({"on_delete": OnDelete(conclusion=Conclusion.promote_shadow(instance_count=0))}, "on_delete.conclusion"),
    ],
    ids=["said so", "as it is", "on delete"],
)
def test_a_shadow_without_instances_is_not_promoted(declared: Any, given: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidExperimentError, match=f"  - {where} promotes the shadow variant with 0 instances"):
        declared.experiment(**given)


def test_a_shadow_without_instances_may_get_some_with_the_promotion(declared: Any) -> None:
    assert declared.rendered(shadow_variant=EMPTY, conclusion=Conclusion.promote_shadow(instance_count=1))
