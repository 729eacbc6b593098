"""A live test, with the judgement of its gate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inference_experiment_handler.evidence.judgement import Judgement, Verdict, worst
from inference_experiment_handler.model.status import Phase, phase_of


@dataclass(frozen=True)
class GateOfTest:
    """A resource that declares a gate, or may declare one.

    Attributes:
        status: The ``InferenceExperimentStatus``. ``None`` if there is no experiment, or if its status was not read.
        end: The scheduled end of the test. ``None`` if it is not known.
        judgement: The judgement of the gate. ``None`` if the gate is not judged.
        not_judged: The reason why the gate is not judged, as a clause.
        is_promoted: Whether the test has ended with the promotion that is declared.
    """

    stack: str
    logical_id: str
    experiment: str
    status: str | None = None
    end: datetime | None = None
    judgement: Judgement | None = None
    not_judged: str = ""
    is_promoted: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict on the gate.

        A gate that is not judged is inconclusive, because a promotion can't rely on it. If the test is already promoted
        as declared, the gate holds.
        """
        if self.judgement is not None:
            return self.judgement.verdict
        return Verdict.HOLDS if self.is_promoted else Verdict.INCONCLUSIVE

    @property
    def is_over(self) -> bool:
        """Whether the test has ended."""
        return self.status is not None and phase_of(self.status) is Phase.ENDED


def verdict_of_all(gates: Iterable[GateOfTest]) -> Verdict:
    """``FAILS`` outweighs ``INCONCLUSIVE``. Without gates, the result is ``HOLDS``."""
    return worst(gate.verdict for gate in gates)
