"""A complete app in regions of each partition: nothing in its templates is specific to the partition `aws`."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, aws_ec2, aws_kms, aws_s3
from aws_cdk.assertions import Template

from sagemaker_inference_experiment import DataCapture, InferenceExperimentProvider, ShadowTestDashboard
from tests.support.experiments import experiment_in

REGIONS = {
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn"),
    "eusc-de-east-1": ("aws-eusc", "amazonaws.eu"),
    "mx-central-1": ("aws", "amazonaws.com"),
}
CONSOLES = {
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws": "console.aws.amazon.com",
}
SERVICE_PRINCIPAL = re.compile(r"[a-z-]+\.amazonaws\.com")
"""Such as sagemaker.amazonaws.com. They are the same in all partitions, unless a region is part of them."""


def complete_app(region: str) -> Stack:
    stack = Stack(App(), "Demo", env=Environment(account="111122223333", region=region))
    key = aws_kms.Key(stack, "Key")
    experiment = experiment_in(
        stack,
        experiment_name="shop",
        adopt_existing=True,
        kms_key=key,
        data_capture=DataCapture(destination=aws_s3.Bucket(stack, "Captures"), kms_key=key),
        provider=InferenceExperimentProvider(
            stack, "Provider", log_encryption_key=key, vpc=aws_ec2.Vpc(stack, "Vpc", max_azs=1)
        ),
    )
    ShadowTestDashboard(stack, "Dashboard", experiment=experiment)
    experiment.end_on(experiment.alarm_shadow_error_rate(stack, "Errors"))
    experiment.alarm_shadow_latency(stack, "Latency")
    return stack


def rendered(region: str, partition: str, suffix: str) -> list[str]:
    """The texts of the template, as CloudFormation has them in the region."""
    known = {"AWS::Partition": partition, "AWS::URLSuffix": suffix, "AWS::Region": region}
    return list(texts(Template.from_stack(complete_app(region)).to_json(), known))


def texts(value: Any, known: dict[str, str]) -> Iterator[str]:
    match value:
        case str():
            yield value
        case {"Fn::Join": [separator, parts]}:
            yield separator.join(
                known.get(part.get("Ref", ""), "?") if isinstance(part, dict) else part for part in parts
            )
        case dict():
            for each in value.values():
                yield from texts(each, known)
        case list():
            for each in value:
                yield from texts(each, known)


@pytest.mark.parametrize("region", REGIONS)
def test_each_arn_is_of_the_regions_partition(region: str) -> None:
    partition, suffix = REGIONS[region]

    arns = [arn for text in rendered(region, partition, suffix) for arn in re.findall(r"arn:([^:]*):", text)]

    assert set(arns) == {partition}


@pytest.mark.parametrize("region", REGIONS)
def test_each_name_of_a_host_has_the_partitions_suffix(region: str) -> None:
    partition, suffix = REGIONS[region]

    hosts = {
        host
        for text in rendered(region, partition, suffix)
        for host in re.findall(r"[\w.-]*\bamazonaws\.[a-z.]*[a-z]", text)
        if not SERVICE_PRINCIPAL.fullmatch(host) and host not in CONSOLES.values()
    }

    assert f"logs.{region}.{suffix}" in hosts
    assert all(host.endswith(f".{suffix}") for host in hosts)


@pytest.mark.parametrize("region", REGIONS)
def test_the_console_is_that_of_the_partition(region: str) -> None:
    partition, suffix = REGIONS[region]

    addresses = re.findall(r"\(https://([^)]*)\)", " ".join(rendered(region, partition, suffix)))

    assert addresses == [f"{CONSOLES[partition]}/sagemaker/home?region={region}#/shadow-tests/?"]


@pytest.mark.parametrize("partition", CONSOLES)
def test_a_stack_of_any_region_finds_its_console_at_deployment(partition: str) -> None:
    stack = Stack(App(), "Demo")
    ShadowTestDashboard(stack, "Dashboard", experiment=experiment_in(stack))
    template = Template.from_stack(stack).to_json()

    def holds(condition: str) -> bool:
        of, value = template["Conditions"][condition]["Fn::Equals"]
        return bool(of == {"Ref": "AWS::Partition"} and value == partition)

    (resource,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    parts = resource["Properties"]["DashboardBody"]["Fn::Join"][1]
    (domain,) = (part for part in parts if isinstance(part, dict) and "Fn::If" in part)
    while isinstance(domain, dict):
        condition, then, otherwise = domain["Fn::If"]
        domain = then if holds(condition) else otherwise

    assert domain == CONSOLES[partition]
