"""What docs/apps.md says of messages: how a warning is accepted."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
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
