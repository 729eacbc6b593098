"""The sentences of a drift, which all output formats share."""

from collections.abc import Iterator

from shadowtest.drifting.drift import Finding, Kind, ResourceDrift

COLUMNS = ("field", "declared", "live")


def title(drift: ResourceDrift, *, names_stack: bool = False) -> str:
    """The resource, and whether it has drifted."""
    if drift.has_drifted:
        said = "has drifted"
    elif drift.is_untold:
        said = "can't be compared" if len(drift.findings) == 1 else "can't be compared completely"
    else:
        said = "is as declared"
    of = f", experiment {drift.experiment}" if drift.experiment else ""
    status = f" ({drift.status})" if drift.status else ""
    stack = f" of stack {drift.stack}" if names_stack else ""
    return f"{drift.logical_id}{stack}{of}{status} {said}"


def fields(drift: ResourceDrift) -> list[tuple[str, str, str]]:
    return [(each.path or "", each.declared or "", each.live or "") for each in drift.findings if _is_field(each)]


def beside_fields(drift: ResourceDrift) -> Iterator[str]:
    """What else has drifted, or prevents a change."""
    yield from (_sentence(each.message) for each in drift.findings if each.kind.is_drift and not _is_field(each))
    if drift.note:
        yield f"No drift, but a change of the test would be refused now: {drift.note}"


def not_compared(drift: ResourceDrift) -> Iterator[str]:
    """What is not known, and why."""
    return (_sentence(f"Not compared: {each.message}") for each in drift.findings if not each.kind.is_drift)


def _is_field(finding: Finding) -> bool:
    return finding.kind is Kind.FIELD


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
