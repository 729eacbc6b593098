"""Only the shadow variant's model is declared, on an endpoint that an autoscaler resizes continuously."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from botocore.exceptions import ClientError

from local.cdk import Cdk
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('as_served.py')}"
STACK = "AsServed"
ENDPOINT = "shop-ranking"
MOST = 9


class Autoscaler:
    """Repeatedly adds an instance to production."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker
        self.count = 2

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self._work, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _work(self, stop: Event) -> None:
        while not stop.wait(0.5):
            production = self._sagemaker.describe_endpoint(EndpointName=ENDPOINT)["ProductionVariants"][0]
            wanted = min(MOST, production["DesiredInstanceCount"] + 1)
            capacity = {"VariantName": production["VariantName"], "DesiredInstanceCount": wanted}
            try:
                self._sagemaker.update_endpoint_weights_and_capacities(
                    EndpointName=ENDPOINT, DesiredWeightsAndCapacities=[capacity]
                )
                self.count = wanted
            except ClientError:
                # The endpoint is being updated.
                continue


def make_endpoint(sagemaker: Any) -> None:
    for model in ("ranking-2024", "ranking-2025", "ranking-2026"):
        sagemaker.create_model(
            ModelName=model,
            PrimaryContainer={"Image": "image"},
        )
    serving = {
        "VariantName": "AllTraffic",
        "ModelName": "ranking-2024",
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 2,
        "InitialVariantWeight": 1.0,
    }
    sagemaker.create_endpoint_config(EndpointConfigName="ranking", ProductionVariants=[serving])
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="ranking")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1})


def test_the_first_stack_is_promoted_and_followed_by_the_next_test() -> None:
    with LocalAws(speed=60) as aws:
        cdk, sagemaker = Cdk(aws, APP), aws.session().client("sagemaker")

        def deploy(**declared: Any) -> dict[str, Any]:
            cdk.deploy(STACK, context={"declared": json.dumps(declared)})
            (experiment,) = aws.control.experiments()
            return experiment

        def production() -> tuple[str, str, int]:
            endpoint = sagemaker.describe_endpoint(EndpointName=ENDPOINT)
            config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
            (served,) = endpoint["ProductionVariants"]
            (model,) = (each["ModelName"] for each in config["ProductionVariants"])
            return served["VariantName"], model, served["DesiredInstanceCount"]

        make_endpoint(sagemaker)
        cdk.bootstrap()
        autoscaler = Autoscaler(sagemaker)
        with autoscaler.at_work():
            first = deploy()
            assert first["Status"] == "Running"
            assert first["ShadowModeConfig"]["SourceModelVariantName"] == "AllTraffic"
            assert production()[:2] == ("AllTraffic", "ranking-2024")

            # Another model is tried by another run and its model alone.
            other = deploy(run="2", model="ranking-2026")
            assert other["Status"] == "Running"
            assert other["Name"] != first["Name"]

            before = autoscaler.count
            deploy(run="2", model="ranking-2026", promote=True)
            assert production()[:2] == ("Shadow", "ranking-2026")
            assert production()[2] >= before

            # The next test follows with nothing else changed.
            last = deploy(run="3", model="ranking-2025")
            assert last["Status"] == "Running"
            assert last["ShadowModeConfig"]["SourceModelVariantName"] == "Shadow"
            assert last["ShadowModeConfig"]["ShadowModelVariants"][0]["ShadowModelVariantName"] == "Shadow-2"
            assert production()[:2] == ("Shadow", "ranking-2026")
            before = autoscaler.count
        cdk.destroy(STACK)

        assert aws.control.experiments() == []
        assert production()[:2] == ("Shadow", "ranking-2026")
        assert production()[2] >= before
        assert "ShadowProductionVariants" not in sagemaker.describe_endpoint(EndpointName=ENDPOINT)
