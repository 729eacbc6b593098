"""Placeholders for values that are known only at deployment. They are valid, and differ from each deployed value."""

from collections.abc import Mapping
from typing import Any

from shadowtest.templates.node import Path

PLACEHOLDER = "known-at-deployment"
FORMS = {
    "Description": PLACEHOLDER,
    "Destination": f"s3://{PLACEHOLDER}/",
    "EndpointConfigName": PLACEHOLDER,
    "EndpointName": PLACEHOLDER,
    "KmsKey": f"alias/{PLACEHOLDER}",
    "ModelName": PLACEHOLDER,
    "Name": PLACEHOLDER,
    "Reason": PLACEHOLDER,
    "RoleArn": f"arn:aws:iam::000000000000:role/{PLACEHOLDER}",
    "Run": PLACEHOLDER,
    "ServiceToken": PLACEHOLDER,
    "Value": PLACEHOLDER,
}
"""By the last key of the path."""


def placeholder(path: Path) -> str | None:
    """``None`` if no placeholder can represent all values, because the handler decides by the value itself."""
    return FORMS.get(str(path[-1])) if path else None


def value_at(properties: Any, path: Path) -> Any:
    """``None`` if there is no value at the path."""
    for key in path:
        if isinstance(properties, Mapping) and key in properties:
            properties = properties[str(key)]
        elif isinstance(properties, list) and isinstance(key, int) and key < len(properties):
            properties = properties[key]
        else:
            return None
    return properties


def replaced(properties: Any, values: Mapping[Path, Any], path: Path = ()) -> Any:
    """The properties with other values at these paths."""
    if path in values:
        return values[path]
    if isinstance(properties, dict):
        return {key: replaced(value, values, (*path, key)) for key, value in properties.items()}
    if isinstance(properties, list):
        return [replaced(value, values, (*path, index)) for index, value in enumerate(properties)]
    return properties
