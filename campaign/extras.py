"""What only some lives have. It has dice of its own, so that all others fall as they did before there was any of it."""

from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a life has beside a stack with one experiment.

    Attributes:
        dice: For all that belongs to it.
        takeover: The stack takes over a test that somebody has made before.
        added: The stack is there already, and an update adds the resource.
    """

    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # a replay, not a secret
    takeover: bool = False
    added: bool = False


NONE = Extras()


def drawn(seed: int) -> Extras:
    dice = Random(f"{seed} extras")  # noqa: S311  # as above
    takeover, added = dice.random() < 0.12, dice.random() < 0.3
    return Extras(dice=dice, takeover=takeover, added=takeover and added)
