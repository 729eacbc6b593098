"""What the mutants put in the place of parts of the handler."""

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from campaign.planting import replacing
from inference_experiment_handler.evidence.judgement import Verdict
from inference_experiment_handler.model.steps import Done, Fail
from inference_experiment_handler.model.tags import STACK_ID
from inference_experiment_handler.plan import (
    arguments,
    gate,
    guardrail,
    removal,
    stack,
)
from inference_experiment_handler.spec.declaration import Ending


def instead(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


@replacing
def twice(original: Callable[..., Any]) -> Callable[..., Any]:
    def send(self: Any, *given: Any) -> None:
        original(self, *given)
        self._answered = False
        original(self, *given)

    return send


@replacing
def repeated(original: Callable[..., Any]) -> Callable[..., Any]:
    """Calls it twice, and returns what the second call returns."""

    def call(*given: Any) -> Any:
        original(*given)
        return original(*given)

    return call


@replacing
def as_if_owned(original: Callable[..., Any]) -> Callable[..., Any]:
    def not_owned(situation: Any, target: Any) -> Any:
        ringing = guardrail._ringing(situation)
        if ringing is None or not target.experiment.running:
            return original(situation, target)
        return removal.stop(situation, target, Ending(), reason="an alarm rings")

    return not_owned


@replacing
def without_sampling(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **named: [each for each in original(*given, **named) if each.name != "SamplingPercentage"]


@replacing
def without_the_last(original: Callable[..., Any]) -> Callable[..., Any]:
    """Omits the last of the tags that a declaration of the campaign may have."""
    return lambda tags: original({key: value for key, value in tags.items() if key != "c"})


@replacing
def always_done(original: Callable[..., Any]) -> Callable[..., Any]:
    def decided(*given: Any) -> Any:
        step = original(*given)
        return Done("all is well") if isinstance(step, Fail) else step

    return decided


def acting(production: str, shadow: str) -> Callable[..., Any]:
    original = arguments.stop

    @wraps(original)
    def stop(experiment: Any, *given: Any, **named: Any) -> Any:
        actions = {experiment.production_name: production, experiment.shadow_name: shadow}
        sent = {**original(experiment, *given, **named), "ModelVariantActions": actions}
        # They fit the original actions, so SageMaker would refuse the call.
        sent.pop("DesiredModelVariants", None)
        return sent

    return stop


@replacing
def done_in_transition(original: Callable[..., Any]) -> Callable[..., Any]:
    def plan_removal(situation: Any) -> Any:
        moving = situation.observed is not None and situation.observed.in_transition
        return Done("it will be gone") if moving else original(situation)

    return plan_removal


@replacing
def with_another_id(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda body: original({**body, "RequestId": "another"})


@replacing
def at_length(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda body: original(body) + b" " * 4096


@replacing
def logging_the_event(original: Callable[..., Any]) -> Callable[..., Any]:
    def finish(self: Any, event: Any, *given: Any) -> Any:
        logging.getLogger(__name__).warning({"event": event})
        return original(self, event, *given)

    return finish


@replacing
def taken_over(_: Callable[..., Any]) -> Callable[..., Any]:
    """Treats each Delete of an experiment that was taken over as a rollback of the takeover."""
    return lambda _, target: target.taken_over


@replacing
def without_sizes(original: Callable[..., Any]) -> Callable[..., Any]:
    def stop(*given: Any, **named: Any) -> Any:
        return {key: value for key, value in original(*given, **named).items() if key != "DesiredModelVariants"}

    return stop


@replacing
def on_larger_instances(original: Callable[..., Any]) -> Callable[..., Any]:
    """Deploys a shadow variant without declared instances on a different instance type than production."""

    def resolve(declared: Any, served: Any) -> Any:
        desired = original(declared, served)
        if desired is None or declared.shadow.instance_type is not None:
            return desired
        return replace(desired, shadow=replace(desired.shadow, instance_type="ml.m5.2xlarge"))

    return resolve


@replacing
def any_owner(_: Callable[..., Any]) -> Callable[..., Any]:
    """Treats every experiment that any stack has created as the resource's own."""
    return lambda self, tags, *, by_name: by_name or self.tags.keys() <= tags.keys()


@replacing
def any_owner_in_the_stack(_: Callable[..., Any]) -> Callable[..., Any]:
    """Treats every experiment that the stack has created as the resource's own."""
    return lambda self, tags, *, by_name: by_name or tags.get(STACK_ID) == self.stack_id


@replacing
def of_the_holder(original: Callable[..., Any]) -> Callable[..., Any]:
    """Compares requests with the holder of the lease, even if that is a guardrail."""

    def read_lease(tags: Any) -> Any:
        lease = original(tags)
        return replace(lease, fence=lease.holder)

    return read_lease


@replacing
def newest_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def values(*given: Any) -> Any:
        found = original(*given)
        return found[-1:] * len(found)

    return values


def zero_if_missing(self: Any, asked: Any, query: Any) -> float:
    return math.fsum(self.points(asked, query).values())


def incomplete(self: Any, asked: Any, query: Any) -> Any:
    return self.of(asked, query).points


@replacing
def even_if_begun(_: Callable[..., Any]) -> Callable[..., Any]:
    def gate_ahead(situation: Any, target: Any) -> Any:
        conclusion = situation.declared.conclusion
        ahead = conclusion is not None and conclusion.promotes and target.experiment.running
        return situation.declared.promote_if if ahead else None

    return gate_ahead


@replacing
def unless_it_holds_now(original: Callable[..., Any]) -> Callable[..., Any]:
    """Forgets that an earlier verdict of the request holds."""

    def held_up(situation: Any, target: Any) -> Any:
        if situation.judgement is None or situation.journal.gate is None:
            return original(situation, target)
        return None if situation.judgement.verdict == Verdict.HOLDS else gate._refusal(target, situation.judgement)

    return held_up


@replacing
def unless_it_held(original: Callable[..., Any]) -> Callable[..., Any]:
    """Treats a verdict that holds as final, however long the request then waits."""
    return lambda situation, *given: situation.journal.gate_verdict != Verdict.HOLDS and original(situation, *given)


@replacing
def unless_rolled_back(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda situation, target: None if stack.is_rollback(situation) else original(situation, target)
