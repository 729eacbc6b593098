"""What a drift says, in words that every form of output shares."""

from shadowtest.drifting.drift import Finding, Kind, ResourceDrift

NO_RESOURCES = "No shadow tests found."
COLUMNS = ("field", "declared", "live")


def title(drift: ResourceDrift) -> str:
    """The resource and what is the matter with it."""
    if drift.has_drifted:
        said = "has drifted"
    elif drift.is_untold:
        said = "can't be compared" if len(drift.findings) == 1 else "can't be compared completely"
    else:
        said = "is as declared"
    of = f", experiment {drift.experiment}" if drift.experiment else ""
    status = f" ({drift.status})" if drift.status else ""
    return f"{drift.logical_id} of stack {drift.stack}{of}{status} {said}"


def fields(drift: ResourceDrift) -> list[tuple[str, str, str]]:
    return [(each.path or "", each.declared or "", each.live or "") for each in drift.findings if _is_field(each)]


def sentences(drift: ResourceDrift) -> list[str]:
    """What is not of a field."""
    found = [_sentence(each) for each in drift.findings if not _is_field(each)]
    return [*found, f"No drift, but a change of the test would be refused now: {drift.note}"] if drift.note else found


def _is_field(finding: Finding) -> bool:
    return finding.kind is Kind.FIELD


def _sentence(finding: Finding) -> str:
    text = f"Not compared: {finding.message}" if finding.kind is Kind.UNKNOWN else finding.message
    return text if text.endswith(".") else f"{text}."
