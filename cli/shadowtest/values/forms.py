"""What the argument of each function must be. Where it is something else, the template can't be deployed."""

from typing import Any

from shadowtest.values.unknown import expression_of

_FORMS = {
    "Condition": "the name of a condition",
    "Fn::And": "a list of 2 to 10 conditions",
    "Fn::Base64": "a text",
    "Fn::Equals": "a list of two values",
    "Fn::FindInMap": "a list of a mapping's name and two keys, which a map with a DefaultValue may follow",
    "Fn::GetAtt": "the logical ID of a resource and the name of an attribute",
    "Fn::If": "a list of a condition's name and two values",
    "Fn::ImportValue": "the name of an export",
    "Fn::Join": "a list of a separator and a list of texts",
    "Fn::Not": "a list of one condition",
    "Fn::Or": "a list of 2 to 10 conditions",
    "Fn::Select": "a list of an index, from 0, and a list that has this entry",
    "Fn::Split": "a list of a separator, which is not empty, and a text",
    "Fn::Sub": "a text, or a list of a text and a map of texts",
    "Ref": "the logical ID of a resource, or the name of a parameter",
}
_LONGEST = 100


class MalformedFunctionError(ValueError):
    """A part of a template that CloudFormation refuses. Says which."""


def malformed(function: str, arguments: Any) -> MalformedFunctionError:
    given = expression_of(arguments)
    shown = given if len(given) <= _LONGEST else f"{given[:_LONGEST]}..."
    return MalformedFunctionError(f"{function} must be {_FORMS[function]}, is {shown}")
