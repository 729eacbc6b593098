"""What is known of a change without reading from AWS: whether the properties are valid."""

from shadowtest.planning.change import Change
from shadowtest.planning.faults import declared_name, refused_for_faults
from shadowtest.planning.verdict import Kind, Verdict

_UNREAD = "its properties are valid, and with --offline, live resources are not read"


def told_offline(change: Change) -> tuple[Verdict, ...]:
    """Refused if the properties have faults. Otherwise, the effect is not known."""
    return (refused_for_faults(change) or Verdict(Kind.UNKNOWN, declared_name(change), reason=_UNREAD),)
