"""A gate in words, which all output formats share."""

from shadowtest.gating.gate_of_test import GateOfTest

NO_GATES = "No shadow tests with PromoteIf found."


def said(gate: GateOfTest) -> str:
    """The verdict, and the criteria that decide it."""
    if gate.judgement is None:
        return f"PromoteIf is not judged: {gate.not_judged}"
    return f"PromoteIf {gate.judgement.sentence}"


def sentences(gate: GateOfTest) -> tuple[str, ...]:
    """The verdict, and the result for each limit of the criteria."""
    return (f"{said(gate).rstrip('.')}.", *(gate.judgement.sentences if gate.judgement is not None else ()))


def title(gate: GateOfTest, *, names_stack: bool = False) -> str:
    """The resource and the verdict on its gate."""
    stack = f" of stack {gate.stack}" if names_stack else ""
    of = f", experiment {gate.experiment}" if gate.experiment else ""
    status = f" ({gate.status})" if gate.status else ""
    return f"{gate.logical_id}{stack}{of}{status}: {said(gate)}"
