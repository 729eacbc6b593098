"""Faults that are planted in the handler itself, and that the campaign must find.

``python -m campaign.mutants`` plants one after another, and runs lives until an invariant is violated.
"""

import logging
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from campaign.planting import ChangesNothingError, Mutant, replacing
from inference_experiment_handler import reconciler
from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judgement import Verdict
from inference_experiment_handler.evidence.period_by_period import PeriodByPeriod
from inference_experiment_handler.model.alarm import ObservedAlarm
from inference_experiment_handler.model.lease import read_lease
from inference_experiment_handler.model.steps import Done, Fail
from inference_experiment_handler.model.tags import Owner
from inference_experiment_handler.plan import (
    absent,
    arguments,
    awaited,
    diff,
    ending_proof,
    existing,
    feasibility,
    gate,
    guardrail,
    needs,
    planner,
    predecessor,
    removal,
    resolution,
    situation,
    stack,
    takeover,
)
from inference_experiment_handler.plan.situation import Target
from inference_experiment_handler.runtime import custom_resource, response
from inference_experiment_handler.spec.declaration import Ending


def _instead(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


@replacing
def _twice(original: Callable[..., Any]) -> Callable[..., Any]:
    def send(self: Any, *given: Any) -> None:
        original(self, *given)
        self._answered = False
        original(self, *given)

    return send


@replacing
def _as_if_owned(original: Callable[..., Any]) -> Callable[..., Any]:
    def not_owned(situation: Any, target: Any) -> Any:
        ringing = guardrail._ringing(situation)
        if ringing is None or not target.experiment.running:
            return original(situation, target)
        return removal.stop(situation, target, Ending(), reason="an alarm rings")

    return not_owned


@replacing
def _without_sampling(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given, **named: [each for each in original(*given, **named) if each.name != "SamplingPercentage"]


@replacing
def _without_the_last(original: Callable[..., Any]) -> Callable[..., Any]:
    """Omits the last of the tags that a declaration of the campaign may have."""
    return lambda tags: original({key: value for key, value in tags.items() if key != "c"})


@replacing
def _always_done(original: Callable[..., Any]) -> Callable[..., Any]:
    def decided(*given: Any) -> Any:
        step = original(*given)
        return Done("all is well") if isinstance(step, Fail) else step

    return decided


def _acting(production: str, shadow: str) -> Callable[..., Any]:
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
def _done_in_transition(original: Callable[..., Any]) -> Callable[..., Any]:
    def plan_removal(situation: Any) -> Any:
        moving = situation.observed is not None and situation.observed.in_transition
        return Done("it will be gone") if moving else original(situation)

    return plan_removal


@replacing
def _with_another_id(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda body: original({**body, "RequestId": "another"})


@replacing
def _at_length(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda body: original(body) + b" " * 4096


@replacing
def _logging_the_event(original: Callable[..., Any]) -> Callable[..., Any]:
    def finish(self: Any, event: Any, *given: Any) -> Any:
        logging.getLogger(__name__).warning({"event": event})
        return original(self, event, *given)

    return finish


@replacing
def _taken_over(_: Callable[..., Any]) -> Callable[..., Any]:
    """Treats each Delete of an experiment that was taken over as a rollback of the takeover."""
    return lambda _, target: target.taken_over


@replacing
def _without_sizes(original: Callable[..., Any]) -> Callable[..., Any]:
    def stop(*given: Any, **named: Any) -> Any:
        return {key: value for key, value in original(*given, **named).items() if key != "DesiredModelVariants"}

    return stop


@replacing
def _on_larger_instances(original: Callable[..., Any]) -> Callable[..., Any]:
    """Deploys a shadow variant without declared instances on a different instance type than production."""

    def resolve(declared: Any, served: Any) -> Any:
        desired = original(declared, served)
        if desired is None or declared.shadow.instance_type is not None:
            return desired
        return replace(desired, shadow=replace(desired.shadow, instance_type="ml.m5.2xlarge"))

    return resolve


@replacing
def _any_owner(_: Callable[..., Any]) -> Callable[..., Any]:
    """Treats every experiment that any stack has created as the resource's own."""
    return lambda self, tags, *, by_name: by_name or self.tags.keys() <= tags.keys()


@replacing
def _of_the_holder(original: Callable[..., Any]) -> Callable[..., Any]:
    """Compares requests with the holder of the lease, even if that is a guardrail."""

    def read_lease(tags: Any) -> Any:
        lease = original(tags)
        return replace(lease, fence=lease.holder)

    return read_lease


@replacing
def _newest_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def values(*given: Any) -> Any:
        found = original(*given)
        return found[-1:] * len(found)

    return values


def _zero_if_missing(self: Any, asked: Any, query: Any) -> float:
    return math.fsum(self.points(asked, query).values())


def _incomplete(self: Any, asked: Any, query: Any) -> Any:
    return self.of(asked, query).points


@replacing
def _even_if_begun(_: Callable[..., Any]) -> Callable[..., Any]:
    def gate_ahead(situation: Any, target: Any) -> Any:
        conclusion = situation.declared.conclusion
        ahead = conclusion is not None and conclusion.promotes and target.experiment.running
        return situation.declared.promote_if if ahead else None

    return gate_ahead


@replacing
def _unless_it_holds_now(original: Callable[..., Any]) -> Callable[..., Any]:
    """Forgets that an earlier verdict of the request holds."""

    def held_up(situation: Any, target: Any) -> Any:
        if situation.judgement is None or situation.journal.gate is None:
            return original(situation, target)
        return None if situation.judgement.verdict == Verdict.HOLDS else gate._refusal(target, situation.judgement)

    return held_up


@replacing
def _unless_it_held(original: Callable[..., Any]) -> Callable[..., Any]:
    """Treats a verdict that holds as final, however long the request then waits."""
    return lambda situation, *given: situation.journal.gate_verdict != Verdict.HOLDS and original(situation, *given)


@replacing
def _unless_rolled_back(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda situation, target: None if stack.is_rollback(situation) else original(situation, target)


_Resource = custom_resource.InferenceExperimentResource
MUTANTS = (
    Mutant("answers twice", 1, ((_Resource, "_send", _twice(_Resource._send)),)),
    Mutant("answers to another request", 1, ((response, "fitted", _with_another_id(response.fitted)),)),
    Mutant("answers at length", 1, ((response, "fitted", _at_length(response.fitted)),)),
    Mutant(
        "skips the deadline",
        1,
        ((planner, "may_go_on", _instead(True)), (reconciler, "may_go_on", _instead(True))),
        quick=False,
    ),
    Mutant("never hands over", 1, ((_Resource, "_hand_over", _instead(True)),)),
    Mutant(
        "leaves the shadow",
        2,
        ((arguments, "stop", _acting("Retain", "Retain")), (ending_proof, "shadow_left", _instead(None))),
    ),
    Mutant(
        "deletes what is in transition",
        2,
        ((planner, "plan_removal", _done_in_transition(removal.plan_removal)),),
    ),
    Mutant(
        "creates after a Delete",
        2,
        ((stack, "waits_for", _instead(True)), (stack, "gave_up", _instead(False))),
        quick=False,
    ),
    Mutant(
        "keeps what it took over",
        2,
        ((removal, "takeover_is_rolled_back", _taken_over(takeover.takeover_is_rolled_back)),),
    ),
    Mutant(
        "can't delete without an endpoint",
        2,
        ((removal, "_end_without_endpoint", _instead(Fail("its endpoint is gone"))),),
        first=200,
    ),
    Mutant("leaves stripped tags", 2, ((planner, "restore_owner_tags", _instead(None)),), first=500),
    Mutant("takes everything for its own", 3, ((Owner, "owns", _instead(True)),)),
    Mutant("takes another stack's for its own", 3, ((Owner, "owns", _any_owner(Owner.owns)),), first=200),
    Mutant("drops a declared tag", 4, ((arguments, "tag_list", _without_the_last(arguments.tag_list)),)),
    Mutant("drops a field", 4, ((diff, "differing", _without_sampling(diff.differing)),)),
    Mutant(
        "leaves the instances as they are",
        4,
        (
            (arguments, "stop", _without_sizes(arguments.stop)),
            (ending_proof, "_resize_problem", _instead(None)),
        ),
        first=600,
    ),
    Mutant(
        "deploys what is left open otherwise",
        4,
        ((situation, "resolve_by_endpoint", _on_larger_instances(resolution.resolve_by_endpoint)),),
    ),
    Mutant("always succeeds", 4, ((reconciler, "plan", _always_done(planner.plan)),)),
    Mutant(
        "ends what was there before",
        5,
        (
            (removal, "takeover_is_rolled_back", _instead(False)),
            (predecessor, "takeover_is_rolled_back", _instead(False)),
        ),
    ),
    Mutant("keeps its tags on what it lets go", 5, ((removal, "release", _instead(None)),)),
    Mutant("refuses rollbacks", 5, ((stack, "is_rollback", _instead(False)),), quick=False),
    Mutant(
        "ignores the status of the resource",
        7,
        ((awaited, "_status_and_wait", _instead(("", None))),),
        first=300,
    ),
    # Few lives show it: both requests have to wait, and the older one runs once more.
    Mutant("ignores newer requests", 5, ((Target, "superseded", property(_instead(False))),), quick=False),
    Mutant("promotes what should be removed", 6, ((arguments, "stop", _acting("Remove", "Promote")),)),
    Mutant(
        "mirrors nothing",
        6,
        ((absent, "placement_problem", _instead(None)), (feasibility, "placement_problem", _instead(None))),
    ),
    Mutant("ends a test that is being promoted", 11, ((stack, "is_under_way", _instead(False)),), quick=False),
    Mutant(
        "ends on INSUFFICIENT_DATA",
        11,
        ((ObservedAlarm, "rings", property(lambda alarm: alarm.state != "OK")),),
    ),
    Mutant("lets a guardrail supersede", 11, ((situation, "read_lease", _of_the_holder(read_lease)),), first=100),
    Mutant("acts on another's alarm", 3, ((guardrail, "_not_owned", _as_if_owned(guardrail._not_owned)),)),
    Mutant(
        "judges the newest point",
        12,
        ((PeriodByPeriod, "_values", _newest_only(PeriodByPeriod._values)),),
        first=4200,
    ),
    Mutant("takes no data for zero", 12, ((Evidence, "total", _zero_if_missing),), first=2800),
    Mutant("takes a part for all", 12, ((Evidence, "points", _incomplete),), first=100),
    Mutant(
        "judges again after the stop",
        12,
        (
            (gate, "gate_ahead", _even_if_begun(gate.gate_ahead)),
            (needs, "gate_ahead", _even_if_begun(gate.gate_ahead)),
            (needs, "is_to_be_judged", _instead(True)),
            (existing, "held_up", _unless_it_holds_now(gate.held_up)),
        ),
        first=3000,
    ),
    Mutant(
        "keeps a verdict while it waits",
        12,
        (
            (gate, "is_to_be_judged", _unless_it_held(gate.is_to_be_judged)),
            (needs, "is_to_be_judged", _unless_it_held(gate.is_to_be_judged)),
            (needs, "still_updating", _instead(None)),
        ),
        first=150,
    ),
    Mutant("takes the lease before it judges", 12, ((existing, "may_be_refused", _instead(False)),), first=300),
    Mutant("promotes in a rollback", 12, ((existing, "held_up", _unless_rolled_back(gate.held_up)),), quick=False),
    Mutant("logs the event", 8, ((_Resource, "_finish", _logging_the_event(_Resource._finish)),)),
)


def _in_words(mutant: Mutant, found: tuple[set[int], int] | None) -> tuple[str, bool]:
    """The result of a mutant, and whether it is the expected one."""
    if found is None:
        return "GOT AWAY", False
    invariants, seed = found
    others = ", ".join(str(each) for each in sorted(invariants - {mutant.breaks}))
    if mutant.breaks not in invariants:
        return f"BREAKS {others}, NOT {mutant.breaks}, seed {seed}", False
    return f"invariant {mutant.breaks}, seed {seed}{f' (and {others})' if others else ''}", True


def main() -> int:
    failed = 0
    for mutant in MUTANTS:
        try:
            found = mutant.found_by(first=mutant.first)
        except ChangesNothingError as error:
            said, as_expected = f"CHANGES NOTHING ANY MORE: {error}", False
        else:
            said, as_expected = _in_words(mutant, found)
        failed += not as_expected
        print(f"{mutant.name:>32}  {said}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
