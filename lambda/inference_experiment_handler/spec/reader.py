"""Reads untyped properties, key by key, and collects all faults instead of raising the first one.

CloudFormation passes every scalar to a custom resource as a string, at any depth. A template that CDK renders may
contain tokens, whose values are not known yet. Only this module handles both.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, NamedTuple, TypeVar

from inference_experiment_handler.spec.limits import Number, Text
from inference_experiment_handler.spec.text import either, shown

OPAQUE: Final[Any] = type("Opaque", (), {"__repr__": lambda _: "OPAQUE"})()
"""Represents a value that is given but not known yet (a CDK token). It passes all checks."""

Read = TypeVar("Read")

_YEARS = range(1970, 9000)


class Fault(NamedTuple):
    """The problem with the property at a path, such as ``Schedule.Duration``."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


class Faults:
    """The faults of the properties, in the order of reading."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, path: str, problem: str) -> None:
        self.found.append(Fault(path, problem))

    @property
    def messages(self) -> tuple[str, ...]:
        return tuple(map(str, self.found))


class Reader:
    """Reads one map of properties. Each method returns a value, ``None`` (absent or invalid) or ``OPAQUE``."""

    def __init__(
        self, value: Mapping[str, Any], faults: Faults, path: str = "", *, opaque: Callable[[Any], bool]
    ) -> None:
        self._value = value
        self._faults = faults
        self._path = path
        self._opaque = opaque
        self._read: set[str] = set()

    def text(self, key: str, rule: Text, *, required: bool = False) -> Any:
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return value
        return value if self._admitted(self.at(key), value, rule) else None

    def texts(self, key: str, rule: Text, *, at_most: int, required: bool = False) -> Any:
        """A list of strings."""
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return value
        if not isinstance(value, Sequence) or isinstance(value, str) or not 1 <= len(value) <= at_most:
            return self.fault(key, f"is {shown(value)}, must be a list of 1 to {at_most} strings")
        items = [OPAQUE if self._opaque(item) else item for item in value]
        admitted = [
            item
            for index, item in enumerate(items)
            if item is OPAQUE or self._admitted(f"{self.at(key)}[{index}]", item, rule)
        ]
        return tuple(admitted)

    def texts_by_key(self, key: str, keys: Text, values: Text, *, at_most: int) -> Any:
        """A map of strings, whose keys the user chooses. A string that is not allowed is left out."""
        value = self._take(key)
        if value is None or value is OPAQUE:
            return value
        if not isinstance(value, Mapping) or len(value) > at_most:
            return self.fault(key, f"is {shown(value)}, must be a map of up to {at_most} strings")
        for name in value:
            # A template of CDK may have other keys than strings until it is JSON.
            if not isinstance(name, str) or not keys.admits(name):
                self.fault(key, f"has the key {shown(name)}, must have keys of {keys.allowed}")
        return {
            name: OPAQUE if self._opaque(each) else each
            for name, each in value.items()
            if isinstance(name, str) and (self._opaque(each) or self._admitted(f"{self.at(key)}.{name}", each, values))
        }

    def number(self, key: str, rule: Number) -> Any:
        """A finite number, as a float."""
        value = self._take(key)
        if value is None or value is OPAQUE:
            return value
        number = _number(value)
        if number is None or not rule.admits(number):
            return self.fault(key, f"is {shown(value)}, must be {rule.allowed}")
        return number

    def integer(self, key: str, allowed: range, *, required: bool = False) -> Any:
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return value
        number = _integer(value)
        if number is None or number not in allowed:
            return self.fault(key, f"is {shown(value)}, must be an integer from {allowed[0]} to {allowed[-1]}")
        return number

    def boolean(self, key: str) -> Any:
        value = self._take(key)
        if value is None or value is OPAQUE or isinstance(value, bool):
            return value
        if value not in ("true", "false"):
            return self.fault(key, f"is {shown(value)}, must be true or false")
        return value == "true"

    def choice(self, key: str, allowed: Sequence[str]) -> Any:
        value = self._take(key)
        if value is None or value is OPAQUE:
            return value
        return value if value in allowed else self.fault(key, f"is {shown(value)}, must be {either(allowed)}")

    def instant(self, key: str) -> Any:
        """An ISO 8601 timestamp with a time zone, as a UTC datetime."""
        value = self._take(key)
        if value is None or value is OPAQUE:
            return value
        example = "must be an ISO 8601 timestamp with a time zone, such as 2030-01-31T12:00:00Z"
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                return self.fault(key, f"is {shown(value)}, without a time zone: {example}")
            utc = instant.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return self.fault(key, f"is {shown(value)}, {example}")
        # Far from the limits of ``datetime``, so that a duration can be added.
        if not _YEARS[0] <= utc.year <= _YEARS[-1]:
            return self.fault(key, f"is {shown(value)}, must be in a year from {_YEARS[0]} to {_YEARS[-1]}")
        return utc

    def duration(self, key: str, *, required: bool = False) -> Any:
        """An ISO 8601 duration of weeks, days, hours, minutes and seconds, as a timedelta."""
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return value
        match = DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None or not any(match.groups()):
            return self.fault(key, f"is {shown(value)}, must be an ISO 8601 duration such as P7D or PT36H")
        return timedelta(**{unit: int(number) for unit, number in match.groupdict().items() if number})

    def child(self, key: str, *, required: bool = False) -> "Reader | None":
        """The map under ``key``; ``None`` if it is absent, invalid or not known yet."""
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return None
        return self._map(self.at(key), value)

    def children(self, key: str, *, count: range, required: bool = False) -> "list[Reader] | None":
        """The maps in the list under ``key``; ``None`` if the list, or one of its entries, can't be read."""
        value = self._take(key, required)
        if value is None or value is OPAQUE:
            return None
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) not in count:
            many = f"exactly {count[0]}" if len(count) == 1 else f"{count[0]} to {count[-1]}"
            entries = "entry" if count[-1] == 1 else "entries"
            of = (
                f"has {len(value)} {'entry' if len(value) == 1 else 'entries'}"
                if isinstance(value, list | tuple)
                else f"is {shown(value)}"
            )
            self.fault(key, f"{of}, must be a list of {many} {entries}")
            return None
        if any(self._opaque(item) for item in value):
            return None
        maps = [self._map(f"{self.at(key)}[{index}]", item) for index, item in enumerate(value)]
        return None if None in maps else [entry for entry in maps if entry is not None]

    def of_type(self, key: str, readers: "Mapping[str, Callable[[Reader], Read]]") -> "Read | None":
        """What the reader for the type under ``key`` makes of this map. ``None`` if the type is not known."""
        kind = self._take(key, required=True)
        if kind is None or kind is OPAQUE:
            return None
        if not isinstance(kind, str) or kind not in readers:
            close = get_close_matches(kind, readers, n=1) if isinstance(kind, str) else []
            hint = f", did you mean {close[0]}?" if close else ""
            self.fault(key, f"is {shown(kind)}, must be {either(tuple(readers))}{hint}")
            return None
        return readers[kind](self)

    def items(self) -> list[tuple[str, Any]]:
        """Every key with its value, for a map with keys that the user chooses."""
        self._read.update(self._value)
        return [(key, OPAQUE if self._opaque(value) else value) for key, value in self._value.items()]

    def has(self, key: str) -> bool:
        return self._value.get(key) is not None

    def finish(self, *, ignoring: Sequence[str] = (), of: str = "") -> None:
        """Reports the keys that were not read, because a misspelled property must not be ignored silently.

        ``of``: what has no such property, for the message.
        """
        for key in self._value:
            if key in self._read or key in ignoring:
                continue
            close = get_close_matches(key, self._read, n=1)
            hint = f", did you mean {close[0]}?" if close else f", must be one of {', '.join(sorted(self._read))}"
            self._faults.add(self.at(key), f"is not a property{of}{hint}")

    def refuse(self, key: str, why: str) -> None:
        """Reports a property that others have, and not this map."""
        self._read.add(key)
        if self.has(key):
            self.fault(key, why)

    def fault(self, key: str, problem: str) -> None:
        self._faults.add(self.at(key), problem)

    def at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, required: bool = False) -> Any:
        self._read.add(key)
        value = self._value.get(key)
        if value is None:
            if required:
                self.fault(key, "is missing")
            return None
        return OPAQUE if self._opaque(value) else value

    def _admitted(self, path: str, value: Any, rule: Text) -> bool:
        if isinstance(value, str) and rule.admits(value):
            return True
        self._faults.add(path, f"is {shown(value)}, must be {rule.allowed}")
        return False

    def _map(self, path: str, value: Any) -> "Reader | None":
        if not isinstance(value, Mapping):
            self._faults.add(path, f"is {shown(value)}, must be a map of properties")
            return None
        return Reader(value, self._faults, path, opaque=self._opaque)


DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
# CloudFormation renders numbers as "5" and sometimes "5.0"; CDK passes 5.
INTEGER = re.compile(r"-?[0-9]{1,12}(\.0+)?")


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and INTEGER.fullmatch(value):
        return int(value.partition(".")[0])
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None
