"""The asset: it has only the files that it needs, and it runs by itself."""

import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.sagemaker import SageMaker, SystemClock
from sagemaker_inference_experiment._asset import collect
from simulation.cloudformation import STACK_ID, as_sent, request_event
from simulation.declarations import ENDPOINT, PROMOTE, declared
from simulation.endpoints import create_endpoints, create_models
from tests.support.response_server import ResponseServer, response_server
from tests.support.sagemaker_server import SageMakerServer, sagemaker_server
from tests.support.stack import STATUS_DURING

PROJECT = Path(__file__).parents[2]
RUN = Path(__file__).with_name("run_asset.py")
# What Lambda's Python runtime includes.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asset")
    collect(folder)
    return folder


def test_nothing_is_in_it_that_does_not_belong(asset: Path) -> None:
    files = {str(file.relative_to(asset)) for file in asset.rglob("*") if file.is_file()}

    sources = (PROJECT / "lambda" / "inference_experiment_handler").rglob("*.py")
    handler = {str(file.relative_to(PROJECT / "lambda")) for file in sources}
    crhelper = {f"crhelper/{name}.py" for name in ("__init__", "log_helper", "resource_helper", "utils")}
    assert files == handler | crhelper | {"crhelper/LICENSE", "crhelper/NOTICE"}
    assert all((asset / file).read_bytes() == (PROJECT / "lambda" / file).read_bytes() for file in handler)
    assert sum((asset / file).stat().st_size for file in crhelper) < 30_000


def test_no_secret_and_no_path_of_the_machine_is_in_it(asset: Path) -> None:
    for file in asset.rglob("*"):
        if file.is_file():
            text = file.read_text()
            assert not re.search(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b|PRIVATE KEY|aws_secret_access_key\s*=", text), file
            assert str(PROJECT) not in text, file
            assert str(Path.home()) not in text, file


def test_everybody_may_read_it(asset: Path) -> None:
    for path in asset.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


class Function:
    """The packaged function, a fresh process for each invocation."""

    def __init__(self, asset: Path, runtime: Path, answers: ResponseServer, server: SageMakerServer) -> None:
        self._asset, self._runtime = asset, runtime
        self.answers, self.server = answers, server
        self.handovers = 0

    def send(
        self, request_type: str, properties: dict[str, Any], *, seconds: float = 60, **more: Any
    ) -> dict[str, Any]:
        """One request, with its handovers, and its answer."""
        self.server.stack_status = STATUS_DURING[request_type]
        event = request_event(request_type, properties, number=len(self.answers.bodies), sent=datetime.now(UTC))
        event |= {"ResponseURL": f"{self.answers.url}/answer?X-Amz-Signature=secret", **as_sent(more)}
        with ThreadPoolExecutor() as lambda_service:
            running = [lambda_service.submit(self.invoke, event, seconds)]
            while not all(each.done() for each in running):
                while self.server.invocations:
                    self.handovers += 1
                    running.append(lambda_service.submit(self.invoke, self.server.invocations.pop(0), seconds))
                time.sleep(0.05)
        for each in running:
            each.result()
        return self.answers.bodies[-1]

    def invoke(self, event: dict[str, Any], seconds: float) -> None:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(RUN), str(self._asset), str(self._runtime), str(seconds)],
            input=json.dumps(event),
            env={
                "AWS_REGION": "us-east-1",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_ENDPOINT_URL": self.server.url,
                "AWS_EC2_METADATA_DISABLED": "true",
                "SSL_CERT_FILE": self.answers.ca_file,
                "POLL_SECONDS": "0.2",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "secret" not in done.stdout + done.stderr


@pytest.fixture
def service() -> SageMaker:
    """SageMaker in real time, 300 times quicker, with an endpoint in service."""
    clock = SystemClock(speed=300)
    service = SageMaker(clock)
    create_models(service)
    create_endpoints(service, ENDPOINT, config="shop-before")
    clock.advance(service.behaviour.endpoint_creating)
    return service


@pytest.fixture
def function(asset: Path, tmp_path: Path, service: SageMaker) -> Iterator[Function]:
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    for name in RUNTIME:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        found = Path(spec.origin)
        place = found.parent if found.name == "__init__.py" else found
        (runtime / place.name).symlink_to(place)
    with response_server(tmp_path) as answers, sagemaker_server(service) as server:
        yield Function(asset, runtime, answers, server)


def test_the_packaged_function_serves_a_whole_life(function: Function, service: SageMaker) -> None:
    created = function.send("Create", declared())
    assert created["Status"] == "SUCCESS", created
    name = created["PhysicalResourceId"]
    assert created["Data"]["Status"] == "Running"
    assert created["StackId"] == STACK_ID

    update = {"PhysicalResourceId": name, "OldResourceProperties": declared()}
    raised = function.send("Update", declared(sampling=50), **update)
    assert raised["Status"] == "SUCCESS", raised
    assert service.experiments()[0]["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] == 50

    refused = function.send("Update", declared(sampling=101), **update)
    assert refused["Status"] == "FAILED"
    assert "must be an integer from 0 to 100" in refused["Reason"]

    concluded = declared(sampling=50, DesiredState="Completed", ModelVariantActions=PROMOTE)
    promoted = function.send("Update", concluded, **update)
    assert promoted["Status"] == "SUCCESS", promoted
    assert promoted["Data"]["Status"] == "Completed"

    deleted = function.send("Delete", concluded, PhysicalResourceId=name)
    assert deleted["Status"] == "SUCCESS", deleted
    assert service.experiments() == []


def test_the_packaged_function_hands_over(function: Function, service: SageMaker) -> None:
    service.behaviour = service.behaviour.changed({"starting": timedelta(minutes=90)})

    function.send("Create", declared(), seconds=12)

    assert function.handovers >= 1
    assert [answer["Status"] for answer in function.answers.bodies] == ["SUCCESS"]


def test_the_packaged_function_refuses_what_is_no_request(function: Function) -> None:
    with pytest.raises(AssertionError, match="not a request of CloudFormation"):
        function.invoke({}, 60)
