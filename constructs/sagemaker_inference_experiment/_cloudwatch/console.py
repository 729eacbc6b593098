"""The address of an experiment in the AWS console."""

from typing import Final

from aws_cdk import Aws, CfnCondition, Fn
from constructs import Construct

from sagemaker_inference_experiment._tokens import is_unresolved

_DOMAIN: Final = "console.aws.amazon.com"
_OTHER_DOMAINS: Final = {
    "aws-cn": ("cn-", "console.amazonaws.cn"),
    "aws-us-gov": ("us-gov-", "console.amazonaws-us-gov.com"),
    "aws-eusc": ("eusc-", "console.amazonaws-eusc.eu"),
}
"""By partition: how the names of its regions begin, and the domain of its console."""


def address(scope: Construct, region: str, experiment_name: str) -> str:
    """Where the console shows the experiment.

    AWS does not document the addresses of the console's pages. For one that it does not know, it shows its first page.
    """
    known = not is_unresolved(region)
    domain = _domain_of(region) if known else _domain_at_deployment(scope)
    return f"https://{domain}/sagemaker/home?region={region}#/shadow-tests/{experiment_name}"


def _domain_of(region: str) -> str:
    return next((domain for prefix, domain in _OTHER_DOMAINS.values() if region.startswith(prefix)), _DOMAIN)


def _domain_at_deployment(scope: Construct) -> str:
    """The domain of the partition that CloudFormation deploys to."""
    domain = _DOMAIN
    for partition, (_, other) in _OTHER_DOMAINS.items():
        is_there = CfnCondition(
            scope,
            f"In{partition.title().replace('-', '')}",
            expression=Fn.condition_equals(Aws.PARTITION, partition),
        )
        domain = Fn.condition_if(is_there.logical_id, other, domain).to_string()
    return domain
