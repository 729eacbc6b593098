"""The tags on everything that has an ARN, with the delay after which a change becomes visible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.sagemaker.errors import validation

_LIMIT = 50


@dataclass
class _Tagged:
    """The successive tags of one resource, each with the instant at which they become visible."""

    versions: list[tuple[datetime, dict[str, str]]] = field(default_factory=list)

    def latest(self) -> dict[str, str]:
        return self.versions[-1][1] if self.versions else {}

    def visible(self, now: datetime) -> dict[str, str]:
        seen = [tags for since, tags in self.versions if since <= now]
        return seen[-1] if seen else {}


class Tags:
    """Tags by ARN. A change is based on the last written tags, even if they are not visible yet."""

    def __init__(self) -> None:
        self._by_arn: dict[str, _Tagged] = {}

    def add(self, arn: str, tags: Iterable[Mapping[str, str]], visible_from: datetime) -> None:
        given = list(tags)
        check_tags(given)
        tagged = self._by_arn.get(arn, _Tagged())
        merged = tagged.latest() | {tag["Key"]: tag["Value"] for tag in given}
        if len(merged) > _LIMIT:
            raise validation(f"The number of tags on {arn} would exceed the limit of {_LIMIT}")
        tagged.versions.append((visible_from, merged))
        self._by_arn[arn] = tagged

    def remove(self, arn: str, keys: Iterable[str], visible_from: datetime) -> None:
        tagged = self._by_arn.setdefault(arn, _Tagged())
        gone = set(keys)
        tagged.versions.append((visible_from, {k: v for k, v in tagged.latest().items() if k not in gone}))

    def forget(self, arn: str) -> None:
        self._by_arn.pop(arn, None)

    def visible(self, arn: str, now: datetime) -> dict[str, str]:
        return self._by_arn.get(arn, _Tagged()).visible(now)

    def all_visible(self, now: datetime) -> dict[str, dict[str, str]]:
        return {arn: tagged.visible(now) for arn, tagged in self._by_arn.items()}

    def page(self, arn: str, now: datetime, token: str | None, size: int) -> dict[str, Any]:
        """One response of ListTags. Its NextToken is the number of tags already returned."""
        tags = [{"Key": key, "Value": value} for key, value in self.visible(arn, now).items()]
        start = int(token) if token and token.isdigit() else 0
        answer: dict[str, Any] = {"Tags": tags[start : start + size]}
        if start + size < len(tags):
            answer["NextToken"] = str(start + size)
        return answer


def check_tags(tags: Iterable[Mapping[str, str]]) -> None:
    keys = [tag["Key"] for tag in tags]
    if twice := sorted({each for each in keys if keys.count(each) > 1}):
        raise validation(f"Duplicate tag keys found: {', '.join(twice)}")
