"""The construct uses nothing that the next major release of CDK removes."""

import os
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).parents[1] / "support"
PROGRAM = """
from aws_cdk import App, aws_iam
from tests.support.snapshot_stacks import Everything, least, tokens

from sagemaker_inference_experiment import InferenceExperiment

app = App()
stack = Everything(app).stack
operator = aws_iam.Role(stack, "Operator", assumed_by=aws_iam.AccountRootPrincipal())
theirs = InferenceExperiment.from_experiment_name(stack, "Theirs", "theirs")
for experiment in (stack.node.find_child("ByName"), theirs):
    experiment.grants.read(operator)
least(app)
tokens(app)
app.synth()
"""


def test_nothing_that_is_deprecated_is_called() -> None:
    environment = {**os.environ, "JSII_DEPRECATED": "fail", "PYTHONPATH": str(SUPPORT)}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
