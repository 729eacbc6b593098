"""What is known of a change without reading from AWS: whether the properties are valid."""

from shadowtest.planning.change import Change
from shadowtest.planning.faults import declared_name, refused_for_faults
from shadowtest.planning.verdict import Kind, Verdict

_UNREAD = "its properties are valid, and with --offline, live resources are not read"
_GATE = ". A promotion also depends on PromoteIf, which is judged at the deployment"


def told_offline(change: Change) -> tuple[Verdict, ...]:
    """Refused if the properties have faults. Otherwise, the effect is not known."""
    reason = f"{_UNREAD}{_GATE}" if "PromoteIf" in (change.declared or {}) else _UNREAD
    return (refused_for_faults(change) or Verdict(Kind.UNKNOWN, declared_name(change), reason=reason),)
