"""One life: a stack is created, changed a few times, and deleted, while faults occur around it."""

from random import Random

from campaign import extras, logs, neighbour
from campaign.author import Author
from campaign.endpoint_loss import EndpointLoss
from campaign.extras import Extras
from campaign.function import simulated_timers
from campaign.gates import Gates
from campaign.guardrail import Guardrail
from campaign.invariants import Violation
from campaign.judge import Judge
from campaign.neighbour import Neighbour
from campaign.outcome import NEVER, Outcome
from campaign.redelivery import Redelivery
from campaign.strictness import Strictness
from campaign.takeover import Takeover
from campaign.world import World


class Life:
    """The life of one seed."""

    def __init__(self, seed: int, has: Extras) -> None:
        self.outcome, self._has = Outcome(seed), has
        self.world = World(seed, *([neighbour.resource(has)] if has.neighbour else []))
        self.judge = Judge(self.world, self.world.stack, self.outcome)
        takeover = Takeover(self.world, self.judge, has) if has.takeover else None
        loss = EndpointLoss(self.world, self.judge, has.dice("loss")) if has.endpoint_loss else None
        strictness = Strictness(self.world, has.dice("strictness")) if has.strict else None
        self._guardrail = Guardrail(self.world, self.judge, has) if has.guardrail else None
        self.author = Author(
            self.world,
            self.judge,
            self.world.chance.random,
            has=has,
            takeover=takeover,
            loss=loss,
            repairs=loss,
            guardrail=self._guardrail,
            gates=Gates(self.world, self.judge, has.dice("gates")) if has.gates else None,
            strictness=strictness,
        )
        self._takeover = takeover
        self._neighbour = Neighbour(self.world, self.outcome, has, loss, strictness) if has.neighbour else None
        if has.redelivery:
            Redelivery(self.world, self.judge, has.dice("redelivery"))

    def run(self) -> Outcome:
        scheduler = self.world.scheduler
        self.world.scene.set_up()
        scheduler.spawn(self.author.live)
        if self._neighbour is not None:
            scheduler.spawn(self._neighbour.live)
        if self._guardrail is not None:
            scheduler.spawn(self._guardrail.live)
        with simulated_timers(scheduler), self.world.address.connected():
            scheduler.run()
        if not self.author.over:
            self.judge.violated(1, "the stack never came to its end")
        if self._neighbour is not None:
            self._neighbour.look_back()
        self.judge.look_back()
        if self._takeover is not None:
            self._takeover.look_back()
        self._count()
        return self.outcome

    def _count(self) -> None:
        outcome, runs = self.outcome, self.world.function.runs
        requests = [request for stack in self.world.stacks for request in stack.requests]
        outcome.extras = self._has.played
        outcome.faults = self.world.chance.counts
        outcome.requests = len(requests)
        outcome.answers = sum(len(request.answers) for request in requests)
        outcome.calls = sum(len(run.calls) for run in runs)
        outcome.billed = sum(run.seconds for run in runs)
        outcome.handovers = sum(bool(run.generation) for run in runs)
        outcome.invocations = len(runs)
        outcome.slowest = max((each.answers[0].at - each.sent for each in requests if each.answers), default=NEVER)


def live(seed: int, *, log: bool = False, has: Extras | None = None) -> Outcome:
    """Runs the life of one seed. ``has``: other extras than those that the seed draws."""
    # The level changes only the log. A replay has a readable level.
    level = "INFO" if log else Random(seed).choice(logs.LEVELS)  # noqa: S311
    with logs.captured(level) as stream:
        life = Life(seed, extras.drawn(seed) if has is None else has)
        try:
            outcome = life.run()
        except Exception as error:
            # Not all exceptions of a worker process can be pickled.
            raise RuntimeError(f"seed {seed} broke the campaign itself: {error!r}") from error
    text = stream.getvalue()
    for line in logs.faulty(text):
        outcome.violations.append(Violation(8, line[:200], life.world.scheduler.now()))
    outcome.log = text if log else ""
    return outcome
