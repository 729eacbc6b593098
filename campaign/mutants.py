"""Faults that are planted in the handler itself, and that the campaign must find.

``python -m campaign.mutants`` plants one after another, and runs lives until an invariant is violated.
"""

import sys

from campaign import replacements as by
from campaign.planting import ChangesNothingError, Mutant
from inference_experiment_handler import index, observer, reconciler
from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.period_by_period import PeriodByPeriod
from inference_experiment_handler.model.alarm import ObservedAlarm
from inference_experiment_handler.model.lease import read_lease
from inference_experiment_handler.model.steps import Fail
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
    target,
)
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.runtime import custom_resource, response

_Resource = custom_resource.InferenceExperimentResource
UNKNOWN_STATUS = (awaited, "_status_and_wait", by.instead(("", None)))
"""The status of the resource can't be read. Otherwise, it also prevents other faults in most lives."""
MUTANTS = (
    Mutant("answers twice", 1, ((_Resource, "_send", by.twice(_Resource._send)),)),
    Mutant("answers to another request", 1, ((response, "fitted", by.with_another_id(response.fitted)),)),
    Mutant("answers at length", 1, ((response, "fitted", by.at_length(response.fitted)),)),
    Mutant(
        "skips the deadline",
        1,
        ((planner, "may_go_on", by.instead(True)), (reconciler, "may_go_on", by.instead(True))),
        quick=False,
    ),
    Mutant("never hands over", 1, ((_Resource, "_hand_over", by.instead(True)),)),
    Mutant(
        "leaves the shadow",
        2,
        ((arguments, "stop", by.acting("Retain", "Retain")), (ending_proof, "shadow_left", by.instead(None))),
        first=8,
    ),
    Mutant(
        "deletes what is in transition",
        2,
        ((planner, "plan_removal", by.done_in_transition(removal.plan_removal)),),
    ),
    Mutant(
        "creates after a Delete",
        2,
        ((stack, "waits_for", by.instead(True)), (stack, "gave_up", by.instead(False))),
        quick=False,
    ),
    Mutant(
        "keeps what it took over",
        2,
        ((removal, "takeover_is_rolled_back", by.taken_over(takeover.takeover_is_rolled_back)),),
    ),
    Mutant(
        "can't delete without an endpoint",
        2,
        ((removal, "_end_without_endpoint", by.instead(Fail("its endpoint is gone"))),),
        first=200,
    ),
    Mutant("leaves stripped tags", 2, ((planner, "restore_owner_tags", by.instead(None)),), first=700),
    Mutant("takes everything for its own", 3, ((Owner, "owns", by.instead(True)),)),
    Mutant("takes another stack's for its own", 3, ((Owner, "owns", by.any_owner(Owner.owns)),), first=200),
    Mutant(
        "takes its stack's for its own",
        3,
        ((Owner, "owns", by.any_owner_in_the_stack(Owner.owns)),),
        first=3200,
    ),
    Mutant("drops a declared tag", 4, ((arguments, "tag_list", by.without_the_last(arguments.tag_list)),)),
    Mutant("drops a field", 4, ((diff, "differing", by.without_sampling(diff.differing)),)),
    Mutant(
        "leaves the instances as they are",
        4,
        (
            (arguments, "stop", by.without_sizes(arguments.stop)),
            (ending_proof, "_resize_problem", by.instead(None)),
        ),
        first=600,
    ),
    Mutant(
        "deploys what is left open otherwise",
        4,
        ((situation, "resolve_by_endpoint", by.on_larger_instances(resolution.resolve_by_endpoint)),),
    ),
    Mutant("always succeeds", 4, ((reconciler, "plan", by.always_done(planner.plan)),)),
    Mutant(
        "ends what was there before",
        5,
        (
            (removal, "takeover_is_rolled_back", by.instead(False)),
            (predecessor, "takeover_is_rolled_back", by.instead(False)),
        ),
    ),
    Mutant("keeps its tags on what it lets go", 5, ((removal, "release", by.instead(None)),)),
    Mutant("refuses rollbacks", 5, ((stack, "is_rollback", by.instead(False)),), quick=False),
    Mutant(
        "ignores the status of the resource",
        7,
        (UNKNOWN_STATUS,),
        first=300,
    ),
    Mutant(
        "ignores newer requests",
        7,
        ((Target, "superseded", property(by.instead(False))), UNKNOWN_STATUS),
        # Here, the unknown status alone violates nothing.
        first=1666,
    ),
    Mutant("promotes what should be removed", 6, ((arguments, "stop", by.acting("Remove", "Promote")),), first=3),
    Mutant(
        "mirrors nothing",
        6,
        (
            (absent, "placement_problem", by.instead(None)),
            (feasibility, "placement_problem", by.instead(None)),
        ),
    ),
    Mutant("treats invalid events as requests", 9, ((index, "malformed", by.instead(None)),)),
    Mutant("looks twice", 10, ((reconciler, "observe", by.repeated(observer.observe)),)),
    Mutant("ends a test that is being promoted", 11, ((stack, "is_under_way", by.instead(False)),), first=800),
    Mutant(
        "ends on INSUFFICIENT_DATA",
        11,
        ((ObservedAlarm, "rings", property(lambda alarm: alarm.state != "OK")),),
        first=150,
    ),
    Mutant("lets a guardrail supersede", 11, ((target, "read_lease", by.of_the_holder(read_lease)),), first=100),
    Mutant("acts on another's alarm", 3, ((guardrail, "_not_owned", by.as_if_owned(guardrail._not_owned)),)),
    Mutant(
        "judges the newest point",
        12,
        ((PeriodByPeriod, "_values", by.newest_only(PeriodByPeriod._values)),),
        first=1680,
    ),
    Mutant("takes no data for zero", 12, ((Evidence, "total", by.zero_if_missing),), first=2800),
    Mutant("takes a part for all", 12, ((Evidence, "points", by.incomplete),), first=100),
    Mutant(
        "judges again after the stop",
        12,
        (
            (gate, "gate_ahead", by.even_if_begun(gate.gate_ahead)),
            (needs, "gate_ahead", by.even_if_begun(gate.gate_ahead)),
            (needs, "is_to_be_judged", by.instead(True)),
            (existing, "held_up", by.unless_it_holds_now(gate.held_up)),
        ),
        first=2650,
    ),
    Mutant(
        "keeps a verdict while it waits",
        12,
        (
            (gate, "is_to_be_judged", by.unless_it_held(gate.is_to_be_judged)),
            (needs, "is_to_be_judged", by.unless_it_held(gate.is_to_be_judged)),
            (needs, "still_updating", by.instead(None)),
        ),
        first=150,
    ),
    Mutant("takes the lease before it judges", 12, ((existing, "may_be_refused", by.instead(False)),), first=100),
    Mutant(
        "promotes in a rollback",
        12,
        ((existing, "held_up", by.unless_rolled_back(gate.held_up)), UNKNOWN_STATUS),
        first=300,
    ),
    Mutant("logs the event", 8, ((_Resource, "_finish", by.logging_the_event(_Resource._finish)),)),
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
