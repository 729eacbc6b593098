"""CloudFormation's short forms in YAML, such as ``!Sub``, in their full form."""

from shadowtest.templates.node import Entry, Mapping, Node, Scalar, Sequence

_WITHOUT_PREFIX = ("Ref", "Condition")


def expanded(tag: str, value: Node) -> Node:
    """``!GetAtt X.Arn`` as ``{"Fn::GetAtt": ["X", "Arn"]}``. Accepts any function name, so that new functions work."""
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(value, Scalar) and value.text is not None:
        logical_id, _, attribute = value.text.partition(".")
        value = Sequence(value.place, (Scalar(value.place, logical_id), Scalar(value.place, attribute)))
    key = name if name in _WITHOUT_PREFIX else f"Fn::{name}"
    return Mapping(value.place, (Entry(key, value.place, value),))
