"""The protocol, and a real boto3 client without a socket."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ParamValidationError

from local.sagemaker import ConnectionFault, ErrorFault, attach, boto3_client, wire
from tests.support.world import World


@pytest.fixture
def client(world: World) -> Any:
    return boto3_client(world.service, principal="arn:aws:sts::123456789012:assumed-role/handler/x")


def test_instants_travel_as_seconds(world: World) -> None:
    world.create()
    body = json.dumps({"Name": "trial"}).encode()
    status, headers, answer = wire.handle(world.service, "SageMaker.DescribeInferenceExperiment", body)
    assert (status, headers["Content-Type"]) == (200, "application/x-amz-json-1.1")
    assert json.loads(answer)["CreationTime"] == world.clock.now().timestamp()


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("SageMaker.DescribeInferenceExperiment", b'{"Name": "nobody"}', "ResourceNotFound"),
        ("SageMaker.DescribeInferenceExperiment", b"{", "SerializationException"),
        ("SageMaker.DescribeInferenceExperiment", b"[]", "SerializationException"),
        ("SageMaker.DescribeInferenceExperiment", b"", "ValidationException"),
        ("SageMaker.ListInferenceExperiments", b'{"CreationTimeAfter": "x"}', "ValidationException"),
        ("SageMaker.CreateDomain", b"{}", "UnknownOperationException"),
        ("SageMaker.Nonsense", b"{}", "UnknownOperationException"),
    ],
)
def test_errors_have_a_type_and_a_message(world: World, target: str, body: bytes, code: str) -> None:
    status, _, answer = wire.handle(world.service, target, body)
    assert status == 400
    error = json.loads(answer)
    assert error["__type"] == code
    assert error["message"]


def test_a_whole_test_through_boto3(world: World, client: Any) -> None:
    end = datetime(2030, 1, 2, tzinfo=UTC)
    created = client.create_inference_experiment(**world.declaration(Schedule={"EndTime": end}))
    assert created["InferenceExperimentArn"].endswith("/trial")
    world.clock.advance(3600)
    described = client.describe_inference_experiment(Name="trial")
    assert described["Status"] == "Running"
    assert described["Schedule"]["EndTime"] == end
    client.stop_inference_experiment(Name="trial", ModelVariantActions={"Shadow-01": "Promote", "AllTraffic": "Remove"})
    with pytest.raises(client.exceptions.ConflictException):
        client.delete_inference_experiment(Name="trial")
    world.clock.advance(3600)
    client.delete_inference_experiment(Name="trial")
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_inference_experiment(Name="trial")
    assert {call.principal for call in world.service.record[-3:]} == {
        "arn:aws:sts::123456789012:assumed-role/handler/x"
    }


def test_botocore_checks_before_it_sends(client: Any, world: World) -> None:
    before = len(world.service.record)
    with pytest.raises(ParamValidationError):
        client.stop_inference_experiment(Name="trial")
    assert len(world.service.record) == before


def test_unmodelled_errors_are_client_errors(client: Any) -> None:
    with pytest.raises(ClientError, match="Could not find endpoint") as unknown:
        client.describe_endpoint(EndpointName="nowhere")
    assert unknown.value.response["Error"]["Code"] == "ValidationException"


def test_botocore_tries_again_what_may_pass(world: World) -> None:
    client = boto3_client(world.service, retries={"total_max_attempts": 3, "mode": "standard"})
    world.service.faults.add(ErrorFault("DescribeEndpoint", "ThrottlingException"), ConnectionFault("DescribeEndpoint"))
    assert client.describe_endpoint(EndpointName="shop")["EndpointStatus"] == "InService"
    assert [call.code for call in world.service.record[-3:]] == ["ThrottlingException", "ConnectionLost", ""]


@pytest.mark.parametrize(("after", "error"), [(False, EndpointConnectionError), (True, ConnectionClosedError)])
def test_a_lost_connection_is_botocores_own_error(
    world: World, client: Any, after: bool, error: type[Exception]
) -> None:
    world.service.faults.add(ConnectionFault("DescribeEndpoint", after=after))
    with pytest.raises(error):
        client.describe_endpoint(EndpointName="shop")


def test_a_clients_pages() -> None:
    world = World(tags_per_page=7)
    arn = world.create(Tags=[{"Key": f"k{number}", "Value": ""} for number in range(20)])
    pages = boto3_client(world.service).get_paginator("list_tags").paginate(ResourceArn=arn)
    assert [len(page["Tags"]) for page in pages] == [7, 7, 6]


def test_an_existing_client_can_be_attached(world: World) -> None:
    session = boto3.session.Session("key", "secret", region_name="eu-central-1")
    client = session.client("sagemaker")
    attach(client, world.service)
    assert client.describe_endpoint(EndpointName="shop")["EndpointName"] == "shop"
