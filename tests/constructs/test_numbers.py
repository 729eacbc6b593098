"""Whole numbers, which may come as text."""

from dataclasses import replace
from typing import Any

import pytest

from sagemaker_inference_experiment import Conclusion, InvalidExperimentError, ModelVariant

PRODUCTION = ModelVariant(model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge")
SHADOW = ModelVariant(model="challenger", variant_name="Shadow-01", instance_type="ml.m5.xlarge")


def test_whole_numbers_may_come_as_text(declared: Any) -> None:
    as_text: Any = {
        name: str(count) for name, count in (("sampling", 30), ("production", 2), ("shadow", 3), ("end", 4))
    }
    rendered = declared.rendered(
        sampling_percentage=as_text["sampling"],
        production_variant=replace(PRODUCTION, instance_count=as_text["production"]),
        shadow_variant=replace(SHADOW, instance_count=as_text["shadow"]),
        conclusion=Conclusion.promote_shadow(instance_count=as_text["end"]),
    )

    assert rendered == type(declared)().rendered(
        sampling_percentage=30,
        production_variant=replace(PRODUCTION, instance_count=2),
        shadow_variant=replace(SHADOW, instance_count=3),
        conclusion=Conclusion.promote_shadow(instance_count=4),
    )


@pytest.mark.parametrize("value", ["30.5", "abc", "", " 30", "٣"])
def test_other_text_is_no_number(declared: Any, value: Any) -> None:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(
            sampling_percentage=value, shadow_variant=replace(SHADOW, instance_count=value), conclusion=None
        )

    for parameter in ("sampling_percentage", "shadow_variant.instance_count"):
        assert f"  - {parameter} is {value!r}, must be an integer, or a string such as '30'" in str(raised.value)


def test_a_number_of_many_digits_is_refused_like_any_other_text(declared: Any) -> None:
    # Python itself raises an error beyond 4,300 digits.
    digits: Any = "9" * 5000

    with pytest.raises(InvalidExperimentError, match=r"sampling_percentage is .*, must be an integer"):
        declared.experiment(sampling_percentage=digits)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(declared: Any, value: float) -> None:
    with pytest.raises(InvalidExperimentError, match=f"sampling_percentage is {value}, must be an integer"):
        declared.experiment(sampling_percentage=value)
