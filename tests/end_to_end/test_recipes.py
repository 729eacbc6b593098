"""The commands of docs/recipes, against the local AWS: an endpoint whose shadow variant was kept, and a promotion."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.seed import CHALLENGER, CHAMPION, ENDPOINT, ROLE, seed
from local.server import PROJECT, LocalAws
from simulation.declarations import PROMOTE, RETAIN, SHADOW, shadow_mode, variant
from tests.support.reader import Reader, blocks

RECIPES = PROJECT / "docs" / "recipes"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws(speed=600) as aws:
        seed(aws)
        yield aws


@pytest.fixture
def sagemaker(aws: LocalAws) -> Any:
    return aws.session().client("sagemaker")


def end_of_a_test(aws: LocalAws, sagemaker: Any, name: str, actions: dict[str, str]) -> None:
    """Somebody has ended a test in the console."""
    role = aws.session().client("iam").get_role(RoleName=ROLE)["Role"]["Arn"]
    sagemaker.create_inference_experiment(
        Name=name,
        Type="ShadowMode",
        RoleArn=role,
        EndpointName=ENDPOINT,
        ModelVariants=[variant("AllTraffic", CHAMPION), variant(SHADOW, CHALLENGER)],
        ShadowModeConfig=shadow_mode(10),
    )
    aws.control.advance(HOUR)
    sagemaker.stop_inference_experiment(Name=name, ModelVariantActions=actions, DesiredState="Completed")
    aws.control.advance(HOUR)


def served(sagemaker: Any, kind: str = "ProductionVariants") -> list[str]:
    endpoint = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
    return [each["VariantName"] for each in endpoint.get(kind) or []]


def follow(aws: LocalAws, folder: Path, recipe: str) -> None:
    page = RECIPES / recipe
    reader = Reader(folder, aws.environment)
    for block in blocks(page, "console"):
        reader.read(block)
    assert reader.ran == len(re.findall(r"^\$ ", page.read_text(), re.MULTILINE))


def test_a_leftover_shadow_is_taken_off_and_production_stays(aws: LocalAws, sagemaker: Any, tmp_path: Path) -> None:
    end_of_a_test(aws, sagemaker, "kept", RETAIN)
    assert served(sagemaker, "ShadowProductionVariants") == [SHADOW]

    follow(aws, tmp_path, "leftover-shadow.md")

    assert served(sagemaker, "ShadowProductionVariants") == []
    assert served(sagemaker) == ["AllTraffic"]


def test_a_promotion_is_reverted(aws: LocalAws, sagemaker: Any, tmp_path: Path) -> None:
    end_of_a_test(aws, sagemaker, "promoted", PROMOTE)
    assert served(sagemaker) == [SHADOW]

    follow(aws, tmp_path, "revert-a-promotion.md")

    assert served(sagemaker) == ["AllTraffic"]
