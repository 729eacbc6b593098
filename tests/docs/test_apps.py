"""What docs/apps.md says of messages: how a warning is accepted, and which parameter a property is."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inference_experiment_handler.plan.fields import FIELDS
from sagemaker_inference_experiment import InferenceExperiment, ModelVariant
from sagemaker_inference_experiment._parameters import _PARAMETERS
from shadowtest.schema.whole import of_properties

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "apps.md").read_text()
ROWS = [
    (re.findall(r"`(\w+)`", properties), str(parameters))
    for properties, parameters in re.findall(r"^\| (`[A-Z].*?) \| (.*) \|$", TEXT, re.MULTILINE)
]
ID = "sagemaker-inference-experiment:promoteAfterPartialTraffic"
APP = """
from aws_cdk import Acknowledgment, Annotations, App, Stack, Validations
from sagemaker_inference_experiment import Conclusion, InferenceExperiment, ModelVariant

app = App()
stack = Stack(app, "RankingShadowTest")
experiment = InferenceExperiment(
    stack,
    "ShadowTest",
    endpoint="shop-ranking",
    shadow_variant=ModelVariant(model="ranking-2026"),
    sampling_percentage=50,
    conclusion=Conclusion.promote_shadow(),
)
{accepted}
app.synth()
"""
PRINTED = f"Annotation::{ID}"


def parameters_of(properties: str) -> str:
    (parameters,) = [parameters for names, parameters in ROWS if properties in names]
    return parameters


@pytest.mark.parametrize(
    ("accepted", "warned"),
    [
        (f"Annotations.of(experiment).acknowledge_warning({ID!r})", False),
        (f"Annotations.of(experiment).acknowledge_warning({PRINTED!r})", True),
        (f"Validations.of(experiment).acknowledge(Acknowledgment(id={PRINTED!r}, reason='it is meant'))", False),
    ],
)
def test_a_warning_is_accepted_as_the_page_says(accepted: str, warned: bool, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP.format(accepted=accepted))

    done = subprocess.run(
        [PROJECT / "node_modules" / ".bin" / "cdk", "synth", "--quiet", "--app", f"{sys.executable} app.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (f"Acknowledge with '{PRINTED}'" in done.stdout + done.stderr) is warned


def test_each_property_has_one_row() -> None:
    named = [name for names, _ in ROWS for name in names]

    # No parameter sets the one type, or which attributes a template needs.
    assert sorted(named) == sorted({*of_properties()["properties"], "ServiceToken"} - {"Type", "Attributes"})
    assert {field.name.partition(".")[0] for field in FIELDS} - {"Type", "SamplingPercentage"} <= set(named)


def test_the_parameters_are_those_of_the_construct() -> None:
    for names, parameters in ROWS:
        first, *_ = re.findall(r"`(\w+)`", parameters)
        assert first in inspect.signature(InferenceExperiment.__init__).parameters, names


@pytest.mark.parametrize("path", _PARAMETERS)
def test_the_page_names_what_messages_at_synth_name(path: str) -> None:
    """Of a value object, the page may name the method's parameter instead."""
    first, *_ = _PARAMETERS[path].split(".")

    assert f"`{first}`" in parameters_of(re.split(r"[.\[]", path)[0])


def test_the_parts_of_a_variant_are_named() -> None:
    for part, parameter in {
        "ModelName": "model",
        "InstanceType": "instance_type",
        "InstanceCount": "instance_count",
    }.items():
        assert re.search(rf"{part}` is `{parameter}`", parameters_of("ModelVariants"))
        assert parameter in inspect.signature(ModelVariant.__init__).parameters
