"""The account and the region of resources. Their names are looked up in the experiment's account and region."""

from collections.abc import Iterator
from typing import Any

from aws_cdk import Stack, aws_cloudwatch, aws_kms, aws_sagemaker
from aws_cdk.interfaces import ResourceEnvironment

from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._environment import Place, environment_of
from sagemaker_inference_experiment._reflection import has, referred
from sagemaker_inference_experiment._tokens import is_not_known_yet, is_unresolved

_LOOKED_UP = (
    aws_sagemaker.CfnEndpoint,
    aws_sagemaker.CfnModel,
    aws_kms.CfnKey,
    aws_kms.CfnReplicaKey,
    aws_kms.CfnAlias,
    aws_cloudwatch.CfnAlarm,
    aws_cloudwatch.CfnCompositeAlarm,
)


_REFERENCES = (
    ("endpoint_ref", "endpoint_arn"),
    ("model_ref", "model_arn"),
    ("key_ref", "key_arn"),
    ("alarm_ref", "alarm_arn"),
    ("composite_alarm_ref", "composite_alarm_arn"),
)
"""The references of CDK's interfaces, each with its attribute that shows the place."""


def place_faults(stack: Stack, declaration: Declaration) -> list[str]:
    """Faults of an endpoint, a model or a volume key in another account or region, as far as both are known."""
    return [fault for parameter, given in _named(declaration) for fault in faults_of_place(parameter, given, stack)]


def faults_of_place(parameter: str, given: Any, stack: Stack) -> Iterator[str]:
    """Faults of a value in another account or region than the stack of the experiment, as far as both are known."""
    place = _place(given)
    if place is None:
        return
    own = environment_of(stack)
    told = [("region", place.region, own.region), ("account", place.account, own.account)]
    for what, there, here in told:
        # A role may use keys of other accounts.
        if (what == "account" and parameter == "kms_key") or is_not_known_yet(there) or is_unresolved(here):
            continue
        if there != here:
            yield (
                f"{parameter} is in {what} {shown(there)}, must be in the experiment's {what}, {shown(here)}: "
                f"declare the experiment in a stack in {what} {shown(there)}, or give another {parameter}"
            )


def _named(declaration: Declaration) -> Iterator[tuple[str, Any]]:
    """The parameters and values that are looked up in the experiment's account and region."""
    yield "endpoint", declaration.endpoint
    for parameter, variant in declaration.variants():
        yield f"{parameter}.model", variant.model
    yield "kms_key", declaration.kms_key
    for parameter, gate in declaration.gates.items():
        yield from gate._alarms(parameter)


def _place(given: Any) -> Place | None:
    """The account and the region of a value; ``None`` if the value does not show them."""
    if given is None:
        return None
    if isinstance(given, str):
        target = referred(given)
        if target is None:
            return _of_arn(given)
        # Other constructs, such as parameters, only have a name as their value, which does not show the place.
        return environment_of(Stack.of(target)) if isinstance(target, _LOOKED_UP) else None
    # An imported alarm has the environment of the stack that imports it.
    if has(given, "alarm_arn") and not is_unresolved(arn := _arn_of_alarm(given)):
        return _of_arn(arn)
    if has(given, "env") and (place := _of_construct(given)) is not None:
        return place
    for reference, arn in _REFERENCES:
        if has(given, reference):
            return _place(getattr(getattr(given, reference), arn))
    return None


@ask_once
def _of_construct(construct: Any) -> Place | None:
    environment = construct.env
    # A class of the app may have an unrelated attribute with that name.
    return Place(environment.account, environment.region) if isinstance(environment, ResourceEnvironment) else None


@ask_once
def _arn_of_alarm(alarm: aws_cloudwatch.IAlarm) -> str:
    return alarm.alarm_arn


def _of_arn(text: str) -> Place | None:
    parts = text.split(":", 5)
    return Place(account=parts[4], region=parts[3]) if len(parts) == 6 and parts[0] == "arn" else None
