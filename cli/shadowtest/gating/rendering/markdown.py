"""Gates as Markdown, for a comment."""

from collections.abc import Iterator, Sequence

from inference_experiment_handler.evidence.judgement import Verdict
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.rendering.words import NO_GATES, title
from shadowtest.markdown.comment import OfTest, comment, grouped
from shadowtest.markdown.text import plain


def render_markdown(gates: Sequence[GateOfTest], stacks: Sequence[str], *, max_bytes: int) -> str:
    """``max_bytes``: the details are shortened to this size. What holds up a promotion is always included."""
    tests = ((gate.stack, OfTest(list(_verdict(gate)), list(_details(gate)))) for gate in gates)
    return comment("gate", grouped(stacks, tests), nothing=NO_GATES, max_bytes=max_bytes)


def _verdict(gate: GateOfTest) -> Iterator[str]:
    yield f"**{plain(title(gate))}**"
    holding_up = [sentence for sentence, holds_up in _sentences(gate) if holds_up]
    if holding_up:
        yield ""
        yield from (f"- {plain(sentence)}" for sentence in holding_up)


def _details(gate: GateOfTest) -> Iterator[str]:
    yield from (f"- {plain(sentence)}" for sentence, holds_up in _sentences(gate) if not holds_up)


def _sentences(gate: GateOfTest) -> Iterator[tuple[str, bool]]:
    """Each sentence, and whether its criterion holds up a promotion."""
    for each in gate.judgement.ranked if gate.judgement is not None else ():
        for sentence in each.sentences:
            yield sentence, each.criterion.enforce and each.verdict is not Verdict.HOLDS
