"""The author of a stack: creates it, changes it a few times, and deletes it."""

from random import Random

from campaign import declarations, resizing
from campaign.endpoint_loss import EndpointLoss
from campaign.extras import NONE, Extras
from campaign.gates import Gates
from campaign.guardrail import Guardrail
from campaign.judge import Judge
from campaign.meddling import Meddler
from campaign.opening import Openings
from campaign.strictness import Strictness
from campaign.takeover import Takeover
from campaign.world import World
from local.sagemaker import CancelFault, SilentRollback
from simulation.declarations import Declaration


class Author:
    """Runs the operations of one stack.

    ``loss`` occurs during these operations. If the stack can't be deleted, its owner ``repairs`` a loss.
    """

    def __init__(
        self,
        world: World,
        judge: Judge,
        dice: Random,
        *,
        has: Extras = NONE,
        takeover: Takeover | None = None,
        loss: EndpointLoss | None = None,
        repairs: EndpointLoss | None = None,
        guardrail: Guardrail | None = None,
        gates: Gates | None = None,
        strictness: Strictness | None = None,
    ) -> None:
        self._world, self._stack, self._judge, self._dice = world, judge.stack, judge, dice
        self._chance, self._scheduler, self._scene = world.chance, world.scheduler, world.scene
        self._has, self._takeover, self._loss, self._repairs = has, takeover, loss, repairs
        self._guardrail, self._gates, self._strictness = guardrail, gates, strictness
        self._sizes = has.dice("resizing")
        self._openings = Openings(has.dice("opening"), is_played=has.opening)
        self._meddler = Meddler(world, judge, dice)
        self.over = False

    def live(self) -> None:
        named = self._dice.random() < 0.4
        first = self._stack is self._world.stack
        if named and self._dice.random() < 0.1 and self._takeover is None and first:
            self._scene.create_foreign(self._stack.resource.given_name)
        self._create(declarations.first(self._dice, self._scheduler.now(), named=named))
        self._pass_judgement()
        if self._takeover is not None:
            self._takeover.creation_ended()
        for _ in range(self._dice.choice([0, 1, 1, 2, 3, 4])):
            if not self._stack.can_be_updated:
                break
            self._idle()
            before = self._openings.whole(self._stack.declared)
            self._update(declarations.following(self._dice, self._scheduler.now(), before))
            self._continue_rollback()
            self._pass_judgement()
            if self._gates is not None:
                self._gates.ended()
        self._idle()
        self._end()
        self.over = self._meddler.gone = True
        if self._guardrail is not None:
            self._guardrail.over = True

    def _approach(self, moment: str) -> None:
        if self._guardrail is not None and moment != "idle":
            self._guardrail.approach()
        if self._gates is not None and moment == "update":
            self._gates.approach()
        if self._loss is not None:
            self._loss.approach(moment)

    def _leave_shadows(self) -> None:
        """Records that SageMaker itself may leave a shadow variant on an endpoint."""
        for standing in self._world.standings.values():
            standing.left_behind = True

    def _create(self, declared: Declaration) -> None:
        declared["EndpointName"] = self._stack.resource.endpoint
        if self._has.resizing:
            resizing.resize(self._sizes, declared)
        if self._gates is not None:
            self._gates.begin(declared)
        if self._takeover is not None:
            self._takeover.prepare(declared)
        if self._strictness is not None:
            self._strictness.declare_no_sampling(declared)
        declared = self._openings.open_up(declared)
        self._judge.declared(declared)
        self._unnerve()
        self._approach("creation")
        self._stack.create(declared, added=self._takeover is not None and self._takeover.added)

    def _update(self, declared: Declaration) -> None:
        if self._has.resizing:
            if self._sizes.random() < 0.3:
                resizing.conclude(self._sizes, declared)
            resizing.resize(self._sizes, declared)
        if self._gates is not None:
            self._gates.prepare(declared, self._openings.whole(self._stack.declared))
        if self._strictness is not None:
            self._strictness.declare_no_sampling(declared)
        declared = self._openings.open_up(declared)
        self._judge.declared(declared)
        self._unnerve()
        self._approach("update")
        nothing_to_do = self._judge.is_nothing_to_do(declared)
        self._stack.update(declared)
        if nothing_to_do:
            self._judge.check_little_was_called()

    def _pass_judgement(self) -> None:
        self._scheduler.sleep(300)
        self._judge.operation_ended()

    def _continue_rollback(self) -> None:
        if self._stack.status != "UPDATE_ROLLBACK_FAILED":
            return
        self._judge.rollback_failed()
        for _ in range(3):
            if self._stack.status == "UPDATE_ROLLBACK_FAILED":
                self._stack.continue_rollback()

    def _end(self) -> None:
        self._approach("end")
        for attempt in range(8):
            if self._stack.status == "DELETE_COMPLETE":
                break
            if attempt:
                # The owner follows the instructions in the reason.
                self._chance.calm()
                self._world.service.faults.clear()
                if self._strictness is not None:
                    self._strictness.make_stoppable(self._judge)
                self._restore_the_endpoint(before_a_start=True)
                if self._repairs is not None:
                    self._repairs.make_again()
                    self._scheduler.sleep(3600)
            self._stack.delete()
            if self._loss is not None:
                self._loss.check_deletion()
        reason = self._stack.requests[-1].reason
        # If another test has, or has retained, a shadow variant of that name there, its owner is not known.
        standing = self._judge.standing
        others = self._judge.others_run() or (standing.shared and standing.keeping)
        another_tests = "is still on endpoint" in reason and others
        if self._stack.status != "DELETE_COMPLETE" and not another_tests:
            self._judge.violated(2, f"the stack can't be deleted: {reason}")
        # Late deliveries of Lambda still follow.
        self._scheduler.sleep(3 * 3600)

    def _idle(self) -> None:
        self._meddler.meddle()
        self._meddler.meddle_with_the_endpoint()
        self._approach("idle")
        self._scheduler.sleep(self._dice.choice([60, 3600, 86_400, 10 * 86_400]))
        if self._dice.random() < 0.5:
            self._restore_the_endpoint()

    def _restore_the_endpoint(self, *, before_a_start: bool = False) -> None:
        endpoint = self._stack.resource.endpoint
        if self._scene.restore(endpoint, self._world.resources, before_a_start=before_a_start):
            self._judge.endpoint_restored()

    def _unnerve(self) -> None:
        """Adds faults to the next operation at random."""
        if self._chance.hits("test_fails"):
            status = self._dice.choice(["Creating", "Starting", "Updating"])
            self._world.service.faults.add(CancelFault(status, "no capacity"))
            # It applies to the first test in that status.
            if status == "Updating":
                self._leave_shadows()
        if self._chance.hits("silent_rollback"):
            self._world.service.faults.add(SilentRollback())
            self._leave_shadows()
        self._scheduler.spawn(self._meddler.meddle, seconds=self._dice.uniform(0, 1200))
        later = self._chance.later.uniform(0, 1200)
        self._scheduler.spawn(self._meddler.meddle_with_the_endpoint, seconds=later)
        if self._chance.hits("malformed"):
            self._scheduler.spawn(self._world.strangers.invoke, seconds=self._dice.uniform(0, 1200))
