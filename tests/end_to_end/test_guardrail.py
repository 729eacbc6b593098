"""A guardrail on the local AWS: a slow shadow is ended by its alarm, and the next deployment says so."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cdk import Cdk, CdkFailed
from local.sagemaker import SilentRollback
from local.sagemaker.traffic import Performance, Traffic
from local.server import LocalAws

APP = f"{sys.executable} {Path(__file__).with_name('guardrail.py')}"
STACK, ENDPOINT = "Guarded", "shop-ranking"
FAST, SLOW = Performance(latency_ms=40), Performance(latency_ms=400)
PATIENCE = 60


class Guarded:
    """The stack, and what becomes of its test."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.cdk = Cdk(aws, APP)

    def deploy(self, **declared: Any) -> str:
        return self.cdk.deploy(STACK, context={"declared": json.dumps(declared)})

    def answer(self, shadow: Performance) -> None:
        """From now on, the model of the shadow variant answers so. Some minutes pass."""
        performances = {"ranking-2024": FAST, "ranking-2025": shadow}
        self.aws.control.traffic(Traffic(requests_per_minute=600, performances=performances))
        self.aws.control.advance(timedelta(minutes=5))

    def test(self) -> dict[str, Any]:
        """The newest one."""
        return self.aws.control.experiments()[-1]

    def alarm(self) -> str:
        (found,) = self.aws.session().client("cloudwatch").describe_alarms(AlarmNames=["slow"])["MetricAlarms"]
        return str(found["StateValue"])

    def served(self, kind: str = "ProductionVariants") -> list[str]:
        (endpoint,) = self.aws.control.endpoints()
        return [variant["VariantName"] for variant in endpoint.get(kind, [])]

    def dead_letter(self) -> str | None:
        """The first one in the queue, which stays there."""
        sqs = self.aws.session().client("sqs")
        (queue,) = sqs.list_queues()["QueueUrls"]
        messages = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages", [])
        return str(messages[0]["Body"]) if messages else None

    def look_again(self) -> None:
        """What the rule's schedule does."""
        session = self.aws.session()
        events = session.client("events")
        (rule,) = events.list_rules()["Rules"]
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        session.client("lambda").invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=target["Input"])

    def stops(self) -> int:
        return [call["operation"] for call in self.aws.control.calls()].count("StopInferenceExperiment")


def until(happened: Callable[[], bool]) -> None:
    given_up = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < given_up, "it does not happen"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    with LocalAws(speed=60) as aws:
        sagemaker = aws.session().client("sagemaker")
        for model in ("ranking-2024", "ranking-2025"):
            sagemaker.create_model(ModelName=model, PrimaryContainer={"Image": "image"})
        serving = {"VariantName": "AllTraffic", "ModelName": "ranking-2024", "InitialInstanceCount": 1}
        variants = [serving | {"InstanceType": "ml.m5.xlarge"}]
        sagemaker.create_endpoint_config(EndpointConfigName="ranking", ProductionVariants=variants)
        sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName="ranking")
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1})
        stack = Guarded(aws)
        stack.cdk.bootstrap()
        stack.deploy()
        yield stack


def test_a_slow_shadow_is_ended_and_the_next_deployment_says_so(guarded: Guarded) -> None:
    guarded.answer(FAST)
    assert (guarded.alarm(), guarded.test()["Status"], guarded.stops()) == ("OK", "Running", 0)

    guarded.answer(SLOW)

    assert guarded.alarm() == "ALARM"
    until(lambda: guarded.test()["Status"] == "Cancelled")
    said = guarded.test()["StatusReason"]
    assert said.startswith("ended by alarm slow at 20")
    assert ": too slow for the checkout: Threshold Crossed: p90" in said
    assert (guarded.served(), guarded.served("ShadowProductionVariants")) == (["AllTraffic"], [])
    assert guarded.stops() == 1
    until(lambda: marks_of(guarded)["sagemaker-inference-experiment:ending"] == "")
    assert "-guardrail-" in marks_of(guarded)["sagemaker-inference-experiment:request"]

    with pytest.raises(CdkFailed) as failed:
        guarded.deploy(promote=True)
    output = " ".join(failed.value.output.split())
    assert "DesiredState is Completed, but" in output
    assert "(ended by alarm slow at 20" in output
    assert "Start a new run (change Run from '1')" in output
    assert guarded.served() == ["AllTraffic"]
    # What was declared before holds.
    guarded.deploy()


def marks_of(guarded: Guarded) -> dict[str, str]:
    """The tags of the newest test."""
    answer = guarded.aws.session().client("sagemaker").list_tags(ResourceArn=guarded.test()["Arn"])
    return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


def test_an_end_that_did_not_take_effect_is_in_the_dead_letter_queue(guarded: Guarded) -> None:
    guarded.answer(FAST)
    guarded.deploy(run="2")
    guarded.answer(FAST)
    assert (guarded.alarm(), guarded.test()["Status"]) == ("OK", "Running")
    guarded.aws.control.add_fault(SilentRollback())

    guarded.answer(SLOW)

    until(lambda: guarded.dead_letter() is not None)
    letter = json.loads(guarded.dead_letter() or "")
    assert letter["requestPayload"]["PhysicalResourceId"] == guarded.test()["Name"]
    assert "is still on endpoint shop-ranking" in json.dumps(letter["responsePayload"])

    # Somebody removes the shadow variant, and the next look finds nothing wrong.
    sagemaker = guarded.aws.session().client("sagemaker")
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="ranking")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=ENDPOINT, WaiterConfig={"Delay": 1})
    guarded.look_again()
    until(lambda: marks_of(guarded)["sagemaker-inference-experiment:ending"] == "")


def test_nothing_is_left_when_the_stack_is_destroyed(guarded: Guarded) -> None:
    guarded.cdk.destroy(STACK)

    assert guarded.aws.session().client("events").list_rules()["Rules"] == []
