"""A live test with its gate, judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inference_experiment_handler.evidence.judgement import Judgement, Verdict, worst


@dataclass(frozen=True)
class GateOfTest:
    """A resource that declares a gate, or may do so.

    Attributes:
        status: ``InferenceExperimentStatus``; ``None`` if there is no experiment, or it was not looked at.
        end: When the test ends as scheduled.
        judgement: ``None`` if the gate is not judged.
        not_judged: Why it is not, as a clause.
    """

    stack: str
    logical_id: str
    experiment: str
    status: str | None = None
    end: datetime | None = None
    judgement: Judgement | None = None
    not_judged: str = ""

    @property
    def verdict(self) -> Verdict:
        """A gate that is not judged is inconclusive, because a promotion can't rely on it."""
        return self.judgement.verdict if self.judgement is not None else Verdict.INCONCLUSIVE


def verdict_of_all(gates: Iterable[GateOfTest]) -> Verdict:
    """``FAILS`` outweighs ``INCONCLUSIVE``. Without gates, the result is ``HOLDS``."""
    return worst(gate.verdict for gate in gates)
