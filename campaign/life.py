"""One life: a stack is created, changed a few times, and deleted, while everything around it may go wrong."""

from random import Random
from typing import Any

from campaign import declarations, invariants, logs
from campaign.declarations import GIVEN_NAME
from campaign.function import simulated_timers
from campaign.invariants import Violation
from campaign.judge import Judge
from campaign.outcome import Outcome
from campaign.world import World
from local.sagemaker import CancelFault, ServiceError, SilentRollback
from simulation.declarations import REMOVE
from simulation.endpoints import SOMEBODY


class Life:
    """One seed's life."""

    def __init__(self, seed: int) -> None:
        self.outcome = Outcome(seed)
        self.world = World(seed)
        self.judge = Judge(self.world, self.outcome)
        self.chance, self.scheduler = self.world.chance, self.world.scheduler
        self.dice = self.chance.random
        self.service, self.stack, self.scene = self.world.service, self.world.stack, self.world.scene
        self.over = False

    def run(self) -> Outcome:
        self.scene.set_up()
        self.scheduler.spawn(self._live)
        with simulated_timers(self.scheduler), self.world.address.connected():
            self.scheduler.run()
        if not self.over:
            self.judge.violated(1, "the stack never came to its end")
        self.judge.look_back()
        return self.outcome

    def _live(self) -> None:
        named = self.dice.random() < 0.4
        if named and self.dice.random() < 0.1:
            self.scene.create_foreign(GIVEN_NAME)
        declared = declarations.first(self.dice, self.scheduler.now(), named=named)
        self.judge.declared(declared)
        self._unnerve()
        self.stack.create(declared)
        self._pass_judgement()
        for _ in range(self.dice.choice([0, 1, 1, 2, 3, 4])):
            if not self.stack.status.endswith("_COMPLETE") or self.stack.status in (
                "ROLLBACK_COMPLETE",
                "DELETE_COMPLETE",
            ):
                break
            self._idle()
            declared = declarations.following(self.dice, self.scheduler.now(), self.stack.declared)
            self.judge.declared(declared)
            self._unnerve()
            nothing_to_do = self.judge.is_nothing_to_do(declared)
            self.stack.update(declared)
            if nothing_to_do:
                self.judge.check_little_was_called()
            self._continue_rollback()
            self._pass_judgement()
        self._idle()
        self._end()
        self.over = True

    def _pass_judgement(self) -> None:
        self.scheduler.sleep(300)
        self.judge.operation_ended()

    def _continue_rollback(self) -> None:
        if self.stack.status != "UPDATE_ROLLBACK_FAILED":
            return
        self.judge.rollback_failed()
        for _ in range(3):
            if self.stack.status == "UPDATE_ROLLBACK_FAILED":
                self.stack.continue_rollback()

    def _end(self) -> None:
        for attempt in range(8):
            if self.stack.status == "DELETE_COMPLETE":
                break
            if attempt:
                # The owner reads the reason, and does what it says.
                self.chance.calm()
                self.service.faults.clear()
                self.scene.restore_the_endpoint()
            self.stack.delete()
        if self.stack.status != "DELETE_COMPLETE":
            self.judge.violated(2, f"the stack can't be deleted: {self.stack.requests[-1].reason}")
        # Whatever Lambda still has in store comes late.
        self.scheduler.sleep(3 * 3600)

    def _idle(self) -> None:
        self._meddle()
        self._meddle_with_the_endpoint()
        self.scheduler.sleep(self.dice.choice([60, 3600, 86_400, 10 * 86_400]))
        if self.dice.random() < 0.5:
            self.scene.restore_the_endpoint()

    def _unnerve(self) -> None:
        """Something may go wrong in the next operation."""
        if self.chance.hits("test_fails"):
            status = self.dice.choice(["Creating", "Starting", "Updating"])
            self.service.faults.add(CancelFault(status, "no capacity"))
            self.judge.left_behind = self.judge.left_behind or status == "Updating"
        if self.chance.hits("silent_rollback"):
            self.service.faults.add(SilentRollback())
            self.judge.left_behind = True
        self.scheduler.spawn(self._meddle, seconds=self.dice.uniform(0, 1200))
        self.scheduler.spawn(self._meddle_with_the_endpoint, seconds=self.chance.later.uniform(0, 1200))
        if self.chance.hits("malformed"):
            self.scheduler.spawn(self.world.strangers.invoke, seconds=self.dice.uniform(0, 1200))

    def _meddle(self) -> None:
        """Somebody does something to the experiment by hand."""
        mine = invariants.own(self.service)
        if self.over or not mine or not self.chance.hits("meddling"):
            return
        victim = self.dice.choice(mine)
        name = victim["Name"]
        what: list[tuple[str, dict[str, Any]]] = [
            ("StopInferenceExperiment", {"ModelVariantActions": REMOVE}),
            ("UpdateInferenceExperiment", {"Description": "somebody else's"}),
            ("DeleteInferenceExperiment", {}),
            ("StartInferenceExperiment", {}),
        ]
        if name != GIVEN_NAME and not name.startswith(f"{GIVEN_NAME}-"):
            # Without them an experiment whose name anybody may give is nobody's, for good.
            what.append(("DeleteTags", {"TagKeys": list(self.service.tags_by_arn()[victim["Arn"]])}))
        operation, arguments = self.dice.choice(what)
        whose = {"ResourceArn": victim["Arn"]} if operation == "DeleteTags" else {"Name": name}
        try:
            self.service.call(operation, {**whose, **arguments}, principal=SOMEBODY)
        except ServiceError:
            return
        self.judge.meddled()
        if operation == "StartInferenceExperiment":
            self.judge.started_early.add(name)
        if operation == "DeleteInferenceExperiment" and invariants.shadows(self.service):
            # Nobody knows any more whose it is.
            self.judge.left_behind = True

    def _meddle_with_the_endpoint(self) -> None:
        """Somebody changes what the endpoint serves, or how much of it."""
        if self.over or not self.chance.hits("endpoint_meddling"):
            return
        try:
            if self.scene.change_the_endpoint(self.chance.later):
                self.world.production.scaled_at = self.scheduler.now()
        except ServiceError:
            return
        self.judge.endpoint_changed()


def live(seed: int, *, log: bool = False) -> Outcome:
    """Lives one seed's life."""
    # The level changes nothing but what is logged; a replay is to be read.
    level = "INFO" if log else Random(seed).choice(logs.LEVELS)  # noqa: S311
    with logs.captured(level) as stream:
        life = Life(seed)
        try:
            outcome = life.run()
        except Exception as error:
            # Exceptions of a worker process don't all survive the way back.
            raise RuntimeError(f"seed {seed} broke the campaign itself: {error!r}") from error
    text = stream.getvalue()
    for line in logs.faulty(text):
        outcome.violations.append(Violation(8, line[:200], life.scheduler.now()))
    outcome.log = text if log else ""
    return outcome
