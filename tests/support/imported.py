"""An experiment that somebody else declares, of which more or less is known."""

from typing import Any

from aws_cdk import Stack

from sagemaker_inference_experiment._alarms import AlarmedExperiment
from sagemaker_inference_experiment._watched import Known


class Imported(AlarmedExperiment):
    def __init__(self, stack: Stack, **known: Any) -> None:
        super().__init__(stack, "Imported")
        self._watched = Known(**known)

    @property
    def experiment_name(self) -> str:
        return "theirs"


NAMES = {"endpoint_name": "shop", "production_variant_name": "AllTraffic", "shadow_variant_name": "Shadow-01"}
