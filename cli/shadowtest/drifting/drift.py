"""What differs between a deployed resource and what is live."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What differs. The values are part of the JSON output."""

    FIELD = "field"
    """A field or a tag of the experiment differs from its declared value."""
    TEST = "test"
    """The experiment itself: it does not exist, has ended, started too early, or belongs to another resource."""
    ENDPOINT = "endpoint"
    """The endpoint: it was changed during the test, or a shadow variant is left on it."""
    UNKNOWN = "unknown"

    @property
    def is_drift(self) -> bool:
        return self is not Kind.UNKNOWN


@dataclass(frozen=True)
class Finding:
    """One difference. ``path``, ``declared`` and ``live`` are set for a field, in the handler's words."""

    kind: Kind
    message: str
    path: str | None = None
    declared: str | None = None
    live: str | None = None

    @classmethod
    def of_field(cls, path: str, declared: str, live: str) -> "Finding":
        return cls(Kind.FIELD, f"{path}: declared {declared}, live {live}", path, declared, live)


@dataclass(frozen=True)
class ResourceDrift:
    """Everything that was found for one resource.

    ``note``: why the handler would refuse any change of the test now, although the test has not drifted.
    """

    stack: str
    logical_id: str
    experiment: str
    status: str | None
    findings: tuple[Finding, ...]
    note: str | None = None

    @property
    def has_drifted(self) -> bool:
        return any(each.kind.is_drift for each in self.findings)

    @property
    def is_untold(self) -> bool:
        return any(each.kind is Kind.UNKNOWN for each in self.findings)
