"""What only some lives have. It has dice of its own, so that all others fall as they did before there was any of it."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a life has beside a stack with one experiment.

    Attributes:
        takeover: The stack takes over a test that somebody has made before.
        added: The stack is there already, and an update adds the resource.
        resizing: Endings are declared with ``DesiredModelVariants``.
        endpoint_loss: Somebody deletes the endpoint.
        neighbour: The same function serves a second stack.
        opening: Production is mostly declared as it is served.
        guardrail: An alarm may end the test.
    """

    seed: int = 0
    takeover: bool = False
    added: bool = False
    resizing: bool = False
    endpoint_loss: bool = False
    neighbour: bool = False
    opening: bool = False
    guardrail: bool = False

    @property
    def played(self) -> dict[str, int]:
        """For the report: each that this life has."""
        named = {
            "takeover": self.takeover,
            "added by an update": self.added,
            "resizing": self.resizing,
            "endpoint loss": self.endpoint_loss,
            "neighbour": self.neighbour,
            "production as served": self.opening,
            "guardrail": self.guardrail,
        }
        return {name: 1 for name, played in named.items() if played}

    def dice(self, what: str) -> Random:
        """For one of them."""
        return Random(f"{self.seed} {what}")  # noqa: S311  # a replay, not a secret


NONE = Extras()


def drawn(seed: int) -> Extras:
    """Each with dice of its own, so that a further one changes nothing of those that there are."""

    def is_played(what: str, odds: float) -> bool:
        return Extras(seed=seed).dice(f"{what} or not").random() < odds

    takeover = is_played("takeover", 0.12)
    return Extras(
        seed=seed,
        takeover=takeover,
        added=takeover and is_played("added", 0.3),
        resizing=is_played("resizing", 0.2),
        endpoint_loss=is_played("endpoint loss", 0.1),
        # What it takes over might be the neighbour's, which is another matter.
        neighbour=not takeover and is_played("neighbour", 0.15),
        opening=is_played("opening", 0.25),
        guardrail=is_played("guardrail", 0.1),
    )
