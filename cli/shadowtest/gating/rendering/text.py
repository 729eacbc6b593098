"""Gates for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from inference_experiment_handler.evidence.judgement import Verdict
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.rendering.words import NO_GATES, title
from shadowtest.outputs import escaped

_INDENT = (0, 0, 0, 2)
_STYLES = {Verdict.HOLDS: "bold green", Verdict.FAILS: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}


def render_text(gates: Sequence[GateOfTest]) -> RenderableType:
    """Values come from the template and from AWS, so none of them is read as markup."""
    return Group(*(each for gate in gates for each in _of_test(gate))) if gates else Text(NO_GATES)


def _of_test(gate: GateOfTest) -> Iterator[RenderableType]:
    yield Text(escaped(title(gate, names_stack=True)), style=_STYLES[gate.verdict])
    for sentence in gate.judgement.sentences if gate.judgement is not None else ():
        yield Padding(Text(escaped(sentence)), _INDENT)
