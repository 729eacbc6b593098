"""The schema of the properties, and that of a whole template."""

from typing import Any

from inference_experiment_handler.spec.ending_parser import ACTIONS
from inference_experiment_handler.spec.parser import read
from inference_experiment_handler.spec.text import either
from shadowtest.schema.reader import SchemaReader
from shadowtest.schema.values import DEFINITIONS, or_function
from shadowtest.templates.resource_type import RESOURCE_TYPE

_DIALECT = "http://json-schema.org/draft-07/schema#"


def of_properties() -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "title": f"Properties of {RESOURCE_TYPE}",
        **_properties(),
        "definitions": DEFINITIONS,
    }


def of_template() -> dict[str, Any]:
    """The schema of a template, in which only the experiments are checked."""
    experiment = {
        "required": ["Properties"],
        "properties": {"Properties": or_function({"allOf": [_properties(), {"required": ["ServiceToken"]}]})},
    }
    resource = {
        "if": {"type": "object", "required": ["Type"], "properties": {"Type": {"const": RESOURCE_TYPE}}},
        "then": experiment,
    }
    return {
        "$schema": _DIALECT,
        "title": f"CloudFormation template with {RESOURCE_TYPE}",
        "type": "object",
        "required": ["Resources"],
        "properties": {"Resources": {"type": "object", "additionalProperties": resource}},
        "definitions": DEFINITIONS,
    }


def _properties() -> dict[str, Any]:
    reader = SchemaReader()
    read(reader)
    schema = reader.schema
    for ending in (schema["properties"], schema["properties"]["OnDelete"]["else"]["properties"]):
        # The keys are names of variants, and the parser checks the values without the reader.
        action = {"description": f"{either(ACTIONS)}.", "enum": list(ACTIONS)}
        ending["ModelVariantActions"]["else"]["additionalProperties"] = or_function(action)
    return schema
