"""The faults of the custom resource's properties at synth, where some of them are tokens or contain tokens."""

from collections.abc import Iterator, Mapping
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.parser import faults_in
from inference_experiment_handler.spec.reader import Fault
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._tokens import is_not_known_yet, is_placeholder, literal_parts


def property_faults(properties: Mapping[str, Any]) -> list[Fault]:
    """All faults that are known. The handler checks the values of tokens."""
    return [*faults_in(properties, opaque=is_not_known_yet), *_faults_beside_tokens(properties)]


def problem_beside_tokens(text: Any, rule: limits.Text) -> str | None:
    """The problem with the literal parts of a text that contains tokens, if no values of the tokens are allowed there.

    ``rule``: the rule for a name, or one that allows each character at each place.
    """
    parts = literal_parts(text) if isinstance(text, str) and not is_placeholder(text) else []
    # A letter is allowed wherever another character is. A token can also have an empty value.
    is_allowed = rule.pattern.fullmatch("x".join(parts)) and sum(map(len, parts)) <= rule.longest
    return None if len(parts) < 2 or is_allowed else f"is {shown('<token>'.join(parts))}, must be {rule.allowed}"


def _faults_beside_tokens(properties: Mapping[str, Any]) -> Iterator[Fault]:
    for path, text, rule in _texts(properties):
        problem = problem_beside_tokens(text, rule)
        if problem is not None:
            yield Fault(path, problem)


def _texts(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any, limits.Text]]:
    yield "Name", properties.get("Name"), limits.EXPERIMENT_NAME
    yield "EndpointName", properties.get("EndpointName"), limits.ENDPOINT_NAME
    yield "Description", properties.get("Description"), limits.DESCRIPTION
    for index, variant in enumerate(properties["ModelVariants"]):
        yield f"ModelVariants[{index}].ModelName", variant["ModelName"], limits.MODEL_NAME
        yield f"ModelVariants[{index}].VariantName", variant.get("VariantName"), limits.VARIANT_NAME
    yield "Reason", properties.get("Reason"), limits.REASON
    yield "OnDelete.Reason", properties.get("OnDelete", {}).get("Reason"), limits.REASON
    for index, tag in enumerate(properties["Tags"]):
        yield f"Tags[{index}].Key", tag["Key"], limits.TAG_KEY
        yield f"Tags[{index}].Value", tag["Value"], limits.TAG_VALUE
