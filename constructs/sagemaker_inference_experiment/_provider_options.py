"""The settings of a provider, and their allowed values."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypedDict

from aws_cdk import Duration, aws_ec2, aws_iam, aws_kms, aws_lambda, aws_logs

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._durations import is_token, seconds, text, unit_faults
from sagemaker_inference_experiment._numbers import whole_number
from sagemaker_inference_experiment._reflection import has
from sagemaker_inference_experiment._tokens import is_unresolved

_TYPES: dict[str, tuple[type | str, str]] = {
    "log_retention": (aws_logs.RetentionDays, "an aws_logs.RetentionDays, such as RetentionDays.ONE_MONTH"),
    "tracing": (aws_lambda.Tracing, "an aws_lambda.Tracing, such as Tracing.ACTIVE"),
    "log_encryption_key": (
        "add_to_resource_policy",
        "an aws_kms.IKey, such as Key.from_key_arn(self, 'Key', '...')",
    ),
    "vpc": ("vpc_id", "an aws_ec2.IVpc, such as Vpc.from_lookup(self, 'Vpc', vpc_id='...')"),
    "permissions_boundary": (
        "managed_policy_arn",
        "an aws_iam.IManagedPolicy, such as ManagedPolicy.from_managed_policy_name(self, 'Boundary', '...')",
    ),
}
"""The type of a setting, or an attribute that each construct of that type has, and what is allowed in words."""


class LogLevel(StrEnum):
    """How much the function logs: ``LOG_LEVEL``."""

    DEBUG = "DEBUG"
    """Also the messages of libraries."""
    INFO = "INFO"
    """One line for each decision."""
    WARNING = "WARNING"
    """Retries, such as that of a rejected handover."""
    ERROR = "ERROR"
    """Failures, such as a response that could not be delivered."""
    CRITICAL = "CRITICAL"
    """Nothing."""


class ProviderOptions(TypedDict, total=False):
    """The settings of a provider. ``None`` counts as omitted."""

    poll_interval: Duration | None
    """The interval at which a waiting function checks again, 1 second to 1 minute; 5 seconds if omitted.

    A token must be in seconds.
    """
    log_retention: aws_logs.RetentionDays | None
    """How long CloudWatch Logs keeps the function's log; one month if omitted."""
    log_level: LogLevel | None
    """How much the function logs; each decision (``INFO``) if omitted."""
    log_encryption_key: aws_kms.IKey | None
    """Encrypts the log group; CloudWatch Logs' own key if omitted.

    The key's policy is changed so that CloudWatch Logs can use the key for the log groups of this account and region.
    CDK can't change the policy of an imported key, which must already allow that.
    """
    memory_size: int | None
    """The function's memory, 128 to 10240 MB; 256 if omitted. The function mostly waits."""
    reserved_concurrent_executions: int | None
    """The function's reserved concurrency, at least 1; none if omitted.

    Each request uses one concurrent execution while it waits, for up to an hour.
    """
    tracing: aws_lambda.Tracing | None
    """Whether X-Ray traces the function; it does not if omitted."""
    vpc: aws_ec2.IVpc | None
    """The VPC of the function; Lambda's own network if omitted.

    The function must be able to reach SageMaker, CloudFormation, Lambda and, to respond to CloudFormation, S3. Use a
    NAT gateway, or a VPC endpoint for each service.
    """
    vpc_subnets: aws_ec2.SubnetSelection | None
    """The subnets of the VPC; the private ones if omitted."""
    security_groups: Sequence[aws_ec2.ISecurityGroup] | None
    """The function's security groups; if omitted, one is created that allows all outbound traffic."""
    permissions_boundary: aws_iam.IManagedPolicy | None
    """The permissions boundary of the function's role; none if omitted.

    It must allow all actions that the provider's ``role`` is allowed, including ``iam:PassRole``.
    """


def checked_options(options: ProviderOptions) -> ProviderOptions:
    """The settings, with numbers in place of strings such as ``"512"``. Reports all faults at once.

    Raises:
        TypeError: If there is no such setting.
        ValueError: If a setting is out of range or of a wrong type, or requires another one.
    """
    # At run time, Python accepts any parameter name for an unpacked TypedDict.
    if unknown := options.keys() - ProviderOptions.__annotations__.keys():
        raise TypeError(f"InferenceExperimentProvider has no setting {', '.join(sorted(unknown))}")
    memory_size = whole_number(options.get("memory_size"))
    reserved = whole_number(options.get("reserved_concurrent_executions"))
    faults = [
        *_poll_interval_faults(options.get("poll_interval")),
        *_number_faults("memory_size", memory_size, 128, 10240, "an integer from 128 to 10240 (MB)"),
        # With 0, Lambda would never invoke the function, and each deployment would wait for an hour.
        *_number_faults("reserved_concurrent_executions", reserved, 1, math.inf, "an integer of at least 1"),
        *_type_faults(options),
    ]
    if options.get("vpc") is None:
        of_vpc = {"vpc_subnets": options.get("vpc_subnets"), "security_groups": options.get("security_groups")}
        faults += [f"{name} requires vpc" for name, value in of_vpc.items() if value is not None]
    if faults:
        raise ValueError("; ".join(faults))
    return {**options, "memory_size": memory_size, "reserved_concurrent_executions": reserved}


def _type_faults(options: ProviderOptions) -> list[str]:
    """The settings of another type. CDK would report only the first, in the words of jsii."""
    return [
        f"{name} is {shown(given)}, must be {allowed}"
        for name, (expected, allowed) in _TYPES.items()
        if (given := options.get(name)) is not None and not _is_a(given, expected)
    ]


def _is_a(given: object, expected: type | str) -> bool:
    return has(given, expected) if isinstance(expected, str) else isinstance(given, expected)


def _number_faults(name: str, number: Any, lowest: float, highest: float, allowed: str) -> list[str]:
    if number is None or is_unresolved(number):
        return []
    is_whole = isinstance(number, int | float) and not isinstance(number, bool) and float(number).is_integer()
    if is_whole and lowest <= number <= highest:
        return []
    return [f"{name} is {shown(number)}, must be {allowed}"]


def _poll_interval_faults(poll_interval: Any) -> list[str]:
    if poll_interval is None:
        return []
    if not isinstance(poll_interval, Duration):
        return [f"poll_interval is {shown(poll_interval)}, must be an aws_cdk.Duration, such as Duration.seconds(5)"]
    faults = unit_faults("poll_interval", poll_interval, ["seconds"])
    if not is_token(poll_interval) and not 1 <= seconds(poll_interval) <= 60:
        faults.append(f"poll_interval is {text(seconds(poll_interval))} seconds, must be 1 to 60")
    return faults
