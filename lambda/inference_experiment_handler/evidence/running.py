"""``Running``: the time for which the test has run."""

from collections.abc import Iterator

from inference_experiment_handler.evidence.expectation import from_then_on
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict
from inference_experiment_handler.evidence.scope import Scope
from inference_experiment_handler.evidence.wording import long
from inference_experiment_handler.spec.gate import Running


def findings(criterion: Running, scope: Scope) -> Iterator[Finding]:
    seconds, limit = (scope.now - scope.start).total_seconds(), criterion.at_least.total_seconds()
    said, verdict, at = f"{long(seconds)} since the start of the test, at least {long(limit)}", Verdict.HOLDS, None
    if seconds < limit:
        at, then = from_then_on(scope, scope.start + criterion.at_least, "it holds from")
        verdict, said = Verdict.INCONCLUSIVE, f"{said}; {then}"
    yield Finding(limit=Limit("AtLeast", limit, "s"), verdict=verdict, said=said, value=seconds, enough_at=at)
