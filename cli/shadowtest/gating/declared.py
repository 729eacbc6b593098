"""The gate that a resource declares."""

from collections.abc import Mapping
from typing import Any

from inference_experiment_handler.spec.gate import Gate
from inference_experiment_handler.spec.gate_parser import read_gate
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from inference_experiment_handler.spec.reader import Faults, Reader
from shadowtest.templates.node import shown_path
from shadowtest.values.unknown import unknown_paths

PROMOTE_IF = "PromoteIf"


def declared_gate(properties: Mapping[str, Any]) -> Gate | str:
    """The gate, or why it is not known, as a clause. The values of other properties may be unknown."""
    own = {PROMOTE_IF: properties[PROMOTE_IF]}
    unknown = [
        f"{shown_path(path)} is known only to CloudFormation ({value.why})" for path, value in unknown_paths(own)
    ]
    if unknown:
        return "; ".join(unknown)
    faults = Faults()
    reader = Reader(own, faults, opaque=lambda _: False).child(PROMOTE_IF)
    gate = read_gate(reader) if reader is not None else None
    if gate is None or faults.found:
        return f"the function rejects the deployed properties: {InvalidPropertiesError(faults.messages)}"
    return gate
