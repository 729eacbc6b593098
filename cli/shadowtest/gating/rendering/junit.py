"""Gates as JUnit, for pipelines that show tests: each criterion of each gate is a test case."""

from collections.abc import Sequence

from inference_experiment_handler.evidence.judgement import Judged, Verdict
from shadowtest.gating.declared import PROMOTE_IF
from shadowtest.gating.gate_of_test import GateOfTest
from shadowtest.gating.rendering.words import said
from shadowtest.junit import Case, Suite


def render_junit(gates: Sequence[GateOfTest]) -> str:
    suite = Suite("shadowtest gate")
    for gate in gates:
        classname = f"{gate.stack}.{gate.logical_id}"
        if gate.judgement is None:
            case = suite.case(classname, PROMOTE_IF)
            if not gate.is_promoted:
                case.error(said(gate))
            continue
        for judged in gate.judgement.criteria:
            _tell(judged, suite.case(classname, judged.name))
    return suite.rendered()


def _tell(judged: Judged, case: Case) -> None:
    """A criterion that is only reported does not make the pipeline fail."""
    message = " ".join(judged.sentences)
    if judged.verdict is Verdict.HOLDS:
        return
    if not judged.criterion.enforce:
        case.skipped(message)
    elif judged.verdict is Verdict.FAILS:
        case.failure(message)
    else:
        case.error(message)
