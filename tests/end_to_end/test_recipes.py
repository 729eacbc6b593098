"""The commands of docs/recipes, and the app with a VPC, against the local AWS."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.seed import CHALLENGER, CHAMPION, ENDPOINT, ROLE, seed
from local.server import PROJECT, LocalAws
from simulation.declarations import PROMOTE, RETAIN, SHADOW, shadow_mode, variant
from tests.support.checkout import Machine
from tests.support.reader import Reader, blocks

RECIPES = PROJECT / "docs" / "recipes"
HOUR = timedelta(hours=1)
HANDLER = "inference_experiment_handler.index.handler"


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


def test_the_function_gets_a_vpc_while_its_test_runs(aws: LocalAws, tmp_path: Path) -> None:
    (app,) = blocks(RECIPES / "vpc.md", "python")
    here = app.text.replace("nat_gateways=1", "nat_gateways=0").replace("PRIVATE_WITH_EGRESS", "PRIVATE_ISOLATED")
    without = re.sub(r"^vpc = .*?^\)\n", "", app.text, flags=re.DOTALL | re.MULTILINE)
    machine = Machine(aws, tmp_path)
    lambda_ = aws.session().client("lambda")
    before = len(aws.control.custom_resources())

    def deploy(text: str) -> dict[str, Any]:
        """The function that then serves the test."""
        done = machine.checkout(text).run("cdk bootstrap aws://123456789012/us-east-1\ncdk deploy")
        assert done.returncode == 0, done.stdout + done.stderr
        (function,) = [each for each in lambda_.list_functions()["Functions"] if each["Handler"] == HANDLER]
        return dict(function)

    plain, in_vpc = deploy(without), deploy(here)

    assert in_vpc["FunctionArn"] == plain["FunctionArn"]
    stack = aws.session().client("cloudformation").get_template(StackName="RankingShadowTest")["TemplateBody"]
    assert "VpcConfig" in str(stack)
    (request,) = aws.control.custom_resources()[before:]
    assert request["event"]["RequestType"] == "Create"
    destroyed = machine.checkout(here).run("cdk destroy --force")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert served(aws.session().client("sagemaker"), "ShadowProductionVariants") == []
