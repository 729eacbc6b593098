"""The faults of the custom resource's properties at synth, where some of them contain tokens."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.parser import faults_in
from inference_experiment_handler.spec.reader import Fault
from inference_experiment_handler.spec.text import shown
from sagemaker_inference_experiment._tokens import has_placeholder, is_not_known_yet, literal_parts

# A token can be the beginning of the location, so only the characters and the length are checked.
_DESTINATION = replace(limits.S3_DESTINATION, pattern=limits.REASON.pattern)


def property_faults(properties: Mapping[str, Any]) -> list[Fault]:
    """All faults that are known. The handler checks the values of tokens."""
    return [*faults_in(properties, opaque=is_not_known_yet), *_faults_beside_tokens(properties)]


def problem_beside_tokens(text: Any, rule: limits.Text) -> str | None:
    """The problem with the literal parts of a text that no values of its tokens can solve.

    ``None`` if there is none, or if the text has no tokens. ``rule``: that of a name, or one that allows each character
    at each place.
    """
    parts = literal_parts(text) if isinstance(text, str) and not has_placeholder(text) else []
    if len(parts) < 2:
        return None
    # A letter is allowed at each place where a token can be. A token can also be empty.
    if rule.pattern.fullmatch("x".join(parts)) and sum(map(len, parts)) <= rule.longest:
        return None
    return f"is {shown('<token>'.join(parts))}, must be {rule.allowed}"


def _faults_beside_tokens(properties: Mapping[str, Any]) -> Iterator[Fault]:
    for path, text, rule in _texts(properties):
        problem = problem_beside_tokens(text, rule)
        if problem is not None:
            yield Fault(path, problem)


def _texts(properties: Mapping[str, Any]) -> Iterator[tuple[str, Any, limits.Text]]:
    yield "Name", properties.get("Name"), limits.EXPERIMENT_NAME
    yield "Run", properties.get("Run"), limits.RUN
    yield "EndpointName", properties.get("EndpointName"), limits.ENDPOINT_NAME
    yield "KmsKey", properties.get("KmsKey"), limits.KMS_KEY
    yield "Description", properties.get("Description"), limits.DESCRIPTION
    yield from _of_variants("ModelVariants", properties["ModelVariants"])
    storage = properties.get("DataStorageConfig", {})
    yield "DataStorageConfig.Destination", storage.get("Destination"), _DESTINATION
    yield "DataStorageConfig.KmsKey", storage.get("KmsKey"), limits.KMS_KEY
    for within, ending in (("", properties), ("OnDelete.", properties.get("OnDelete", {}))):
        yield f"{within}Reason", ending.get("Reason"), limits.REASON
        yield from _of_variants(f"{within}DesiredModelVariants", ending.get("DesiredModelVariants", ()))
    for index, tag in enumerate(properties["Tags"]):
        yield f"Tags[{index}].Key", tag["Key"], limits.TAG_KEY
        yield f"Tags[{index}].Value", tag["Value"], limits.TAG_VALUE


def _of_variants(path: str, variants: Any) -> Iterator[tuple[str, Any, limits.Text]]:
    for index, variant in enumerate(variants):
        yield f"{path}[{index}].ModelName", variant["ModelName"], limits.MODEL_NAME
        yield f"{path}[{index}].VariantName", variant.get("VariantName"), limits.VARIANT_NAME
