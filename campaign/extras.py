"""Events that occur only in some lives. They have their own dice, so that the other dice do not change."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a life has in addition to a stack with one experiment.

    Attributes:
        takeover: The stack takes over a test that someone else has created.
        added: The stack already exists, and an update adds the resource.
        resizing: Endings are declared with ``DesiredModelVariants``.
        endpoint_loss: Someone deletes the endpoint.
        neighbour: The same function serves a second experiment.
        same_stack: The second experiment is in the first stack. Otherwise, it is in a second one.
        opening: Most declarations omit production, so that it is taken as served.
        guardrail: An alarm may end the test.
        late_delivery: Lambda delivers requests late, and the guardrail looks in the meantime.
        gates: Promotions have a gate, which is judged by metrics.
        redelivery: Lambda delivers updates again while the stack rolls back.
        strict: SageMaker refuses something that it accepts in other lives, or returns tags on several pages.
    """

    seed: int = 0
    takeover: bool = False
    added: bool = False
    resizing: bool = False
    endpoint_loss: bool = False
    neighbour: bool = False
    same_stack: bool = False
    opening: bool = False
    guardrail: bool = False
    late_delivery: bool = False
    gates: bool = False
    redelivery: bool = False
    strict: bool = False

    @property
    def played(self) -> dict[str, int]:
        """The extras of this life, for the report."""
        named = {
            "takeover": self.takeover,
            "added by an update": self.added,
            "resizing": self.resizing,
            "endpoint loss": self.endpoint_loss,
            "neighbour": self.neighbour,
            "neighbour in the same stack": self.same_stack,
            "production as served": self.opening,
            "guardrail": self.guardrail,
            "late delivery": self.late_delivery,
            "gates": self.gates,
            "redelivery": self.redelivery,
            "strict SageMaker": self.strict,
        }
        return {name: 1 for name, played in named.items() if played}

    def dice(self, what: str) -> Random:
        """The dice of one extra."""
        return Random(f"{self.seed} {what}")  # noqa: S311  # a replay, not a secret


NONE = Extras()


def drawn(seed: int) -> Extras:
    """Draws the extras. Each has its own dice, so that a new one does not change the others."""

    def is_played(what: str, odds: float) -> bool:
        return Extras(seed=seed).dice(f"{what} or not").random() < odds

    takeover = is_played("takeover", 0.12)
    guardrail = is_played("guardrail", 0.1)
    gates = is_played("gates", 0.1)
    # A takeover might take over the test of the neighbour.
    neighbour = not takeover and is_played("neighbour", 0.15)
    return Extras(
        seed=seed,
        takeover=takeover,
        added=takeover and is_played("added", 0.3),
        resizing=is_played("resizing", 0.2),
        endpoint_loss=is_played("endpoint loss", 0.1),
        neighbour=neighbour,
        same_stack=neighbour and is_played("same stack", 0.3),
        opening=is_played("opening", 0.25),
        guardrail=guardrail,
        late_delivery=guardrail and is_played("late delivery", 0.5),
        gates=gates,
        # A refused promotion must change nothing, also when it is delivered again.
        redelivery=is_played("redelivery", 0.5 if gates else 0.15),
        # Otherwise SageMaker might refuse the test that the stack takes over.
        strict=not takeover and is_played("strict", 0.2),
    )
