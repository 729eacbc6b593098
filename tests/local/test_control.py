"""The control API, and SageMaker through the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.sagemaker import CancelFault, ConnectionFault, ErrorFault
from local.server import LocalAws
from tests.support.roles import make_execution_role
from tests.support.world import World


@pytest.fixture(scope="module")
def fresh() -> Iterator[LocalAws]:
    """A server of its own, at SageMaker's real pace: these tests change its clock and its behaviour."""
    with LocalAws(speed=1, account="999999999999", region="eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def client(fresh: LocalAws) -> Any:
    client = fresh.session().client("sagemaker")
    for model in ("champion", "challenger"):
        client.create_model(ModelName=model, PrimaryContainer={"Image": "image"})
    served = {"VariantName": "AllTraffic", "ModelName": "champion", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[served | {"InstanceType": "ml.m5.large"}])
    client.create_endpoint(EndpointName="shop", EndpointConfigName="c")
    return client


def test_the_clock_is_advanced(fresh: LocalAws, client: Any) -> None:
    assert client.describe_endpoint(EndpointName="shop")["EndpointStatus"] == "Creating"
    before = datetime.fromisoformat(fresh.control.now())
    fresh.control.advance(timedelta(minutes=5))
    assert client.describe_endpoint(EndpointName="shop")["EndpointStatus"] == "InService"
    assert datetime.fromisoformat(fresh.control.now()) - before >= timedelta(minutes=5)


def test_state_is_told_by_account_and_region(fresh: LocalAws, client: Any, world: World) -> None:
    client.create_inference_experiment(**world.declaration(Name="told", RoleArn=make_execution_role(fresh)))
    assert [each["Name"] for each in fresh.control.experiments()] == ["told"]
    assert fresh.control.endpoints()[0]["EndpointArn"] == "arn:aws:sagemaker:eu-west-1:999999999999:endpoint/shop"
    call = fresh.control.calls("CreateInferenceExperiment")[-1]
    assert call["parameters"]["EndpointName"] == "shop"
    assert call["principal"] == "arn:aws:iam::999999999999:root"
    elsewhere = fresh.session().client("sagemaker", region_name="us-west-2")
    assert elsewhere.list_inference_experiments()["InferenceExperiments"] == []


def test_faults_are_added_and_forgotten(fresh: LocalAws, client: Any) -> None:
    fresh.control.add_fault(ErrorFault("DescribeModel", "AccessDeniedException", "not yet"))
    with pytest.raises(ClientError, match="not yet"):
        client.describe_model(ModelName="champion")
    fresh.control.add_fault(ErrorFault("DescribeModel", "AccessDeniedException", "not yet"))
    fresh.control.clear_faults()
    client.describe_model(ModelName="champion")
    fresh.control.add_fault(CancelFault("Creating", "no capacity"))
    fresh.control.advance(60)
    assert fresh.control.experiments()[0]["StatusReason"] == "no capacity"


def test_an_answer_may_be_lost(fresh: LocalAws) -> None:
    client = fresh.session().client("sagemaker", config=Config(retries={"total_max_attempts": 1}))
    fresh.control.add_fault(ConnectionFault("DescribeModel"))
    with pytest.raises(ClientError) as lost:
        client.describe_model(ModelName="champion")
    assert lost.value.response["ResponseMetadata"]["HTTPStatusCode"] == 504


def test_behaviour_is_changed_for_every_region(fresh: LocalAws, client: Any) -> None:
    assert fresh.control.behaviour()["starting"] == 300
    changed = fresh.control.behaviour(starting=timedelta(seconds=1), stop_in_created=True)
    assert (changed["starting"], changed["stop_in_created"]) == (1, True)


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("POST", "faults", {"kind": "Nonsense"}, 400),
        ("POST", "faults", {"kind": "ErrorFault", "nonsense": 1}, 400),
        ("POST", "behaviour", {"nonsense": 1}, 400),
        ("POST", "clock", {"advance": -1}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(
    fresh: LocalAws, method: str, name: str, body: dict[str, Any] | None, status: int
) -> None:
    with pytest.raises(HTTPError) as refused:
        fresh.control._ask(method, name, body)
    assert refused.value.code == status
