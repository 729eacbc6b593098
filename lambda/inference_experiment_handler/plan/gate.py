"""``PromoteIf``: whether the evidence lets a request promote the shadow variant.

The gate is judged before the request changes anything, and only by a request that may still decide. While the request
waits, a verdict that holds becomes outdated, and the gate is judged again. A rollback does not promote a test that has
a gate. Once the stop may have taken effect, another verdict would come too late.
"""

from datetime import datetime, timedelta

from inference_experiment_handler.evidence.judgement import Judgement, Verdict
from inference_experiment_handler.model.operations import STOP, UPDATE
from inference_experiment_handler.model.status import Status
from inference_experiment_handler.model.steps import Wait
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.gate import Gate
from inference_experiment_handler.spec.text import iso_instant

JUDGED_EVERY = timedelta(minutes=1)
"""How long a verdict is valid while the request waits. The metrics have no shorter periods."""


def gate_ahead(situation: Situation, target: Target) -> Gate | None:
    """The gate of a promotion that this request has not begun; ``None`` if there is none, or the test does not run."""
    if not target.experiment.running or _has_begun(target):
        return None
    return _declared_gate(situation)


def may_be_refused(situation: Situation, target: Target) -> bool:
    """Whether the gate may still refuse the request, now or when the test is Running again.

    Until then, the request must not change anything, not even the lease, because a guardrail waits for its holder.
    """
    if stack.is_rollback(situation) is not False or _declared_gate(situation) is None:
        return False
    experiment = target.experiment
    comes_up = experiment.in_transition and experiment.status != Status.STOPPING
    return (comes_up or experiment.running) and not _has_begun(target)


def is_to_be_judged(situation: Situation, target: Target) -> bool:
    """Whether a new verdict is needed.

    A verdict that holds is final once the request has updated the test, because that has changed what is measured.
    """
    if stack.is_rollback(situation) is not False:
        return False
    journal = situation.journal
    if journal.gate is None:
        return True
    if journal.gate_verdict == Verdict.HOLDS and journal.certainly_completed(UPDATE, target.name):
        return False
    return situation.now - datetime.fromisoformat(journal.gate[0]) >= JUDGED_EVERY


def held_up(situation: Situation, target: Target) -> Wait | str | None:
    """Why the request may not go on: a wait, or the reason why it is refused. ``None`` if nothing holds it up."""
    gate = gate_ahead(situation, target)
    if gate is None:
        return None
    rollback = stack.is_rollback(situation)
    if rollback:
        return f"a rollback does not promote {target.name}, because PromoteIf is declared"
    journal, judgement = situation.journal, situation.judgement
    if judgement is not None and judgement.verdict is Verdict.HOLDS:
        return None
    if judgement is None and journal.gate_verdict == Verdict.HOLDS and not is_to_be_judged(situation, target):
        return None
    if judgement is None:
        why = f"PromoteIf is {journal.gate_headline}" if journal.gate is not None else "PromoteIf is not judged yet"
        return Wait(why, leaves_untouched=True)
    if judgement.verdict is Verdict.INCONCLUSIVE and _is_patient(situation, gate):
        return Wait(f"PromoteIf {judgement.sentence}", leaves_untouched=True)
    return _refusal(target, judgement)


def unread(name: str, error: str) -> str:
    """The reason if the evidence can't be read. ``error`` has the operation and the service's message."""
    operation = error.partition(":")[0]
    return (
        f"PromoteIf can't be judged, so {name} is not promoted, and the test continues: {error.rstrip('.')}. The role "
        f"of the function needs cloudwatch:{operation}"
    )


def _declared_gate(situation: Situation) -> Gate | None:
    conclusion = situation.declared.conclusion
    return situation.declared.promote_if if conclusion is not None and conclusion.promotes else None


def _has_begun(target: Target) -> bool:
    """Whether the request may have stopped the test.

    An intent on the tags does not suffice, because the Stop may be rejected, or wait for the endpoint. But if the
    journal does not contain the intent, an earlier run of the request may have sent the Stop.
    """
    return target.journal.perhaps_completed(STOP, target.name) or target.stop_may_be_forgotten


def _is_patient(situation: Situation, gate: Gate) -> bool:
    """Whether there is time to read the metrics again."""
    request, now = situation.request, situation.now
    sent = request.issued
    return now < sent + gate.patience and now + JUDGED_EVERY < request.deadline


def _refusal(target: Target, judgement: Judgement) -> str:
    """The headline and the way out come first, because CloudFormation shortens a long reason."""
    return " ".join(
        (
            f"PromoteIf {judgement.sentence}: {target.name} is not promoted, and the test continues.",
            _way_out(target, judgement),
            *judgement.sentences,
        )
    )


def _way_out(target: Target, judgement: Judgement) -> str:
    at, end = judgement.not_before, target.experiment.end
    if judgement.verdict is Verdict.FAILS or at is None:
        return "Deploy again when the criteria hold, or change PromoteIf."
    late = end is not None and at >= end
    longer = " Until then, the test must run longer, or get more requests." if late else ""
    if judgement.enough_at is not None:
        return f"Deploy again after {iso_instant(at)}, or change PromoteIf.{longer}"
    others = ", ".join(judgement.without_time)
    return f"Deploy again not before {iso_instant(at)}, or change PromoteIf. No time is known for {others}.{longer}"
