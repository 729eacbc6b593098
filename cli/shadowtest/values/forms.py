"""What the argument of each function must be. CloudFormation refuses a template with any other argument."""

from typing import Any

from shadowtest.values.unknown import expression_of

_FORMS = {
    "Condition": "the name of a condition",
    "Fn::And": "a list of 2 to 10 conditions",
    "Fn::Base64": "a string",
    "Fn::Equals": "a list of two values",
    "Fn::FindInMap": "a list of a mapping's name, two keys and, optionally, a map with a DefaultValue",
    "Fn::GetAtt": "the logical ID of a resource and the name of an attribute",
    "Fn::If": "a list of a condition's name and two values",
    "Fn::ImportValue": "the name of an export",
    "Fn::Join": "a list of a separator and a list of strings",
    "Fn::Not": "a list of one condition",
    "Fn::Or": "a list of 2 to 10 conditions",
    "Fn::Select": "a list of an index, which starts at 0, and a list that has this entry",
    "Fn::Split": "a list of a separator, which must not be empty, and a string",
    "Fn::Sub": "a string, or a list of a string and a map of strings",
    "Ref": "the logical ID of a resource, or the name of a parameter",
}
_LONGEST = 100


class MalformedFunctionError(ValueError):
    """A part of a template that CloudFormation refuses. The message names it."""


def malformed(function: str, arguments: Any) -> MalformedFunctionError:
    given = expression_of(arguments)
    shown = given if len(given) <= _LONGEST else f"{given[:_LONGEST]}..."
    return MalformedFunctionError(f"{function} must be {_FORMS[function]}, is {shown}")
