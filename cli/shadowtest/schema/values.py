"""JSON Schema of single values."""

import re
from math import isfinite
from typing import Any

from inference_experiment_handler.spec.limits import Number, Text
from inference_experiment_handler.spec.reader import NUMBER

FUNCTION = "#/definitions/function"
DEFINITIONS = {
    "function": {
        "description": "An intrinsic function. Its value is known only at deployment.",
        "type": "object",
        "anyOf": [
            {"required": ["Ref"], "maxProperties": 1},
            {"required": ["Condition"], "maxProperties": 1},
            {"not": {"propertyNames": {"not": {"pattern": "^Fn::"}}}},
        ],
    }
}


def or_function(schema: dict[str, Any]) -> dict[str, Any]:
    """Accepts the schema, or an intrinsic function. With if and else, an error names the fault in the value."""
    # Editors show the description of the property itself.
    said = {"description": schema["description"]} if "description" in schema else {}
    return {**said, "if": {"$ref": FUNCTION}, "else": {key: schema[key] for key in schema if key != "description"}}


def text(rule: Text) -> dict[str, Any]:
    """Also accepts numbers and booleans if the rule allows their text, because CloudFormation sends them as strings."""
    types = [
        "string",
        *(["number"] if rule.admits("1") else []),
        *(["boolean"] if rule.admits("true") else []),
    ]
    schema = {
        "description": f"{rule.allowed[0].upper()}{rule.allowed[1:]}.",
        "type": types if len(types) > 1 else types[0],
        "minLength": rule.shortest,
        "maxLength": rule.longest,
    }
    # Python's \w and \s match more than ASCII. Those of JSON Schema do not.
    return schema if re.search(r"\\[wWsS]", rule.pattern.pattern) else {**schema, "pattern": pattern(rule.pattern)}


def number(rule: Number) -> dict[str, Any]:
    """A number, or its text, of which the schema does not check the range."""
    bounds = {
        "exclusiveMinimum" if rule.above else "minimum": rule.lowest,
        "maximum": rule.highest,
    }
    return {
        "description": f"{rule.allowed[0].upper()}{rule.allowed[1:]}.",
        "type": ["number", "string"],
        **{key: bound for key, bound in bounds.items() if isfinite(bound)},
        "pattern": pattern(NUMBER),
    }


def pattern(expression: re.Pattern[str]) -> str:
    """A pattern for the whole string. Named groups are removed, because JSON Schema has another syntax for them."""
    return f"^(?:{re.sub(r'[?]P<[a-z]+>', '?:', expression.pattern)})$"
