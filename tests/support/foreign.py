"""An experiment that somebody has made in the console."""

from typing import Any

from simulation.declarations import ENDPOINT, ROLE, declared, shadow_mode
from tests.support.stack import Stack

THEIRS = "theirs"


def make_theirs(stack: Stack, **more: Any) -> None:
    stack.call(
        "CreateInferenceExperiment",
        Type="ShadowMode",
        RoleArn=ROLE,
        ModelVariants=declared()["ModelVariants"],
        ShadowModeConfig=shadow_mode(10),
        **({"Name": THEIRS, "EndpointName": ENDPOINT} | more),
    )
