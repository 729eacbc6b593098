"""``Traffic``: the number of requests that the shadow variant has received."""

from collections.abc import Iterator

from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.expectation import expected
from inference_experiment_handler.evidence.judgement import Finding, Limit, Verdict, found
from inference_experiment_handler.evidence.queries import Query
from inference_experiment_handler.evidence.scope import SUM, Scope
from inference_experiment_handler.evidence.windows import Window
from inference_experiment_handler.evidence.wording import at_limit, requests
from inference_experiment_handler.spec.gate import Traffic

INVOCATIONS = "Invocations"


def asked(scope: Scope) -> Iterator[tuple[Window, Query]]:
    if scope.totals is not None:
        yield scope.totals, scope.of_shadow(INVOCATIONS, SUM)


def findings(criterion: Traffic, scope: Scope, evidence: Evidence) -> Iterator[Finding]:
    """Yields the finding. Too few requests are inconclusive, because more requests can follow."""
    limit = Limit("MinInvocations", criterion.min_invocations)

    def measured(window: Window) -> Finding:
        total = evidence.total(window, scope.of_shadow(INVOCATIONS, SUM))
        said = f"{requests(total)} to {scope.shadow}, {at_limit(limit.number, lowest=True)}"
        verdict, at = Verdict.HOLDS, None
        if total < limit.number:
            at, then = expected(scope, window, limit.number / total if total > 0 else None)
            verdict, said = Verdict.INCONCLUSIVE, f"{said}; {then}"
        return Finding(limit=limit, verdict=verdict, said=said, value=total, samples=total, window=window, enough_at=at)

    yield found(limit, scope, measured)
