"""The next step of a request: a pure function of the situation.

Level-triggered: the same situation always leads to the same step, independent of what happened before.
"""

from inference_experiment_handler.model.operations import CREATE
from inference_experiment_handler.model.request import RequestType
from inference_experiment_handler.model.steps import Call, Done, Fail, Infeasible, Step
from inference_experiment_handler.plan import stack
from inference_experiment_handler.plan.awaited import while_awaited
from inference_experiment_handler.plan.deadline import may_go_on, out_of_time
from inference_experiment_handler.plan.guardrail import plan_guardrail
from inference_experiment_handler.plan.lease import restore_owner_tags
from inference_experiment_handler.plan.present import plan_present
from inference_experiment_handler.plan.removal import plan_removal
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.plan.wording import IF_MOVED, taken_in_words


def plan(situation: Situation) -> Step:
    """Call, wait, done or fail."""
    step = _plan(situation)
    step = restore_owner_tags(situation, step) or step
    if not isinstance(step, Done | Fail) and not may_go_on(situation):
        step = Fail(out_of_time(situation, step.why))
    return _with_what_was_taken(situation, step) if isinstance(step, Fail) else step


def _with_what_was_taken(situation: Situation, failed: Fail) -> Fail:
    """The failure of a new test, with the values that were used where none are declared in the template."""
    if situation.observed is None or not situation.journal.perhaps_completed(CREATE, situation.request.name):
        return failed
    taken = taken_in_words(situation.declared, situation.desired) if situation.request.declared is not None else ""
    return Fail(f"{failed.reason} ({taken})") if taken else failed


def _plan(situation: Situation) -> Step:
    if situation.request.type is RequestType.GUARDRAIL:
        return plan_guardrail(situation)
    if situation.request.declared is None:
        return plan_removal(situation)
    step = plan_present(situation)
    rollback = stack.is_rollback(situation)
    if rollback is None and not isinstance(step, Done | Fail):
        # Only CloudFormation can distinguish a rollback from any other update, and only at the beginning.
        step = stack.ask(situation, f"whether this is a rollback: {step.why}")
    elif isinstance(step, Infeasible):
        step = _in_rollback(situation, step) if rollback else Fail(step.reason)
    return _unless_terminal(situation, step, rollback=bool(rollback))


def _in_rollback(situation: Situation, infeasible: Infeasible) -> Step:
    step = infeasible.in_rollback()
    return while_awaited(situation, step) if isinstance(step, Call) else step


def _unless_terminal(situation: Situation, step: Step, *, rollback: bool) -> Step:
    """The step, unless it is a call that has failed with a final error."""
    failed = situation.journal.terminal_errors.get(step.key) if isinstance(step, Call) else None
    if failed is None:
        return step
    # This does not apply to an orphan that must be removed: no other request would remove it.
    if rollback and isinstance(step, Call) and step.subject == situation.request.name:
        return Done("SageMaker rejects the rollback of the change, so the experiment is not changed")
    declared = situation.request.declared
    if isinstance(step, Call) and step.operation == CREATE and "ResourceInUse" in failed:
        endpoint = situation.declared.endpoint_name
        return Fail(f"{failed.rstrip('.')}. Endpoint {endpoint} can have one test at a time. {IF_MOVED}")
    left_open = declared is not None and None in (declared.production.complete, declared.shadow.complete)
    is_told = isinstance(step, Call) and step.operation == CREATE and left_open
    return Fail(f"{failed} ({step.why})" if is_told else failed)
