"""The text of values in messages, and in the attributes for CloudFormation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_SHOWN = 80


def shown(value: Any) -> str:
    """A value as a message shows it: in quotes if it is a string, and shortened if it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def either(allowed: Sequence[str]) -> str:
    """``A, B or C``."""
    return allowed[0] if len(allowed) == 1 else f"{', '.join(allowed[:-1])} or {allowed[-1]}"


def number(value: float) -> str:
    """A number with as many digits as it has, up to 12."""
    return f"{value:,.12g}"


def iso_duration(duration: timedelta) -> str:
    """The ISO 8601 format that ``Reader.duration`` reads."""
    seconds = int(duration.total_seconds())
    days, seconds = divmod(seconds, 86_400)
    clock = (seconds // 3600, seconds % 3600 // 60, seconds % 60)
    parts = [f"{amount}{unit}" for amount, unit in zip(clock, "HMS", strict=True) if amount]
    return f"P{f'{days}D' if days else ''}{'T' if parts else ''}{''.join(parts)}" if days or parts else "PT0S"


def iso_instant(instant: datetime) -> str:
    """A timestamp in UTC, to the second, in the format of SageMaker and CloudFormation."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
