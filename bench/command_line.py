"""How long the command line takes, compared with a process that only imports its dependencies. The two alternate. The
handler's parser is one of the dependencies.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 9
_TEMPLATE = """
Resources:
  ShadowTest:
    Type: Custom::SageMakerInferenceExperiment
    Properties:
      ServiceToken: !ImportValue ShadowTestProvider
      RoleArn: arn:aws:iam::123456789012:role/sagemaker-execution
      EndpointName: shop-ranking
      ModelVariants: [{ModelName: ranking-2025}]
      ShadowModeConfig: {ShadowModelVariants: [{SamplingPercentage: 10}]}
"""
_SCRIPT = Path(sys.executable).with_name("shadowtest")
REFERENCES = {
    "shadowtest --help": "import click",
    "shadowtest lint": "import click, yaml, inference_experiment_handler.spec.parser",
}


def measured() -> dict[str, tuple[float, float]]:
    """Seconds from the start of each command to its end, and the ratio to its reference, as medians of several runs."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template.yaml")
        template.write_text(_TEMPLATE)
        commands = {"shadowtest --help": ["--help"], "shadowtest lint": ["lint", str(template)]}
        turns = {
            name: [
                (_seconds(str(_SCRIPT), *arguments), _seconds(sys.executable, "-c", REFERENCES[name]))
                for _ in range(RUNS)
            ]
            for name, arguments in commands.items()
        }
    return {
        name: (median(own for own, _ in each), median(own / reference for own, reference in each))
        for name, each in turns.items()
    }


def _seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start
