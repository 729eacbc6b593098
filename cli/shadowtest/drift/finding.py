"""What is found of one resource."""

from dataclasses import dataclass

from shadowtest.planning.verdict import Difference


@dataclass(frozen=True)
class ResourceDrift:
    """
    Attributes:
        differences: The fields that are live otherwise than declared.
        reasons: What else differs, a clause each: the test is gone or over, its endpoint was changed.
        unknown: Why it can't be told in full, a clause each.
    """

    stack: str
    logical_id: str
    experiment: str
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def has_drifted(self) -> bool:
        return bool(self.differences or self.reasons)
