"""What was applied last: one digest for each field and one for the conclusion, as the value of a tag.

Other versions of the handler read the tag, so the digests and their order must not change without a new version of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from hashlib import sha256
from typing import Any

from inference_experiment_handler.model.tags import LAST_APPLIED
from inference_experiment_handler.plan.fields import FIELDS, Field
from inference_experiment_handler.spec.declaration import DeclaredEnding, Desired

CONCLUSION = "DesiredState"
_ORDER = (*(field.name for field in FIELDS), CONCLUSION)
# Raise it with any change of FIELDS or of what their digests cover. Another version is read as "nothing known".
_VERSION = "1"

Digests = Mapping[str, str]


def digests_of(desired: Desired) -> dict[str, str]:
    digests = {field.name: field_digest(field, desired) for field in FIELDS}
    return {**digests, CONCLUSION: conclusion_digest(desired.conclusion)}


def field_digest(field: Field, desired: Desired) -> str:
    return _digest(field.desired(desired))


def conclusion_digest(conclusion: DeclaredEnding | None) -> str:
    if conclusion is None:
        return _digest(None)
    declared = asdict(conclusion)
    return _digest({field.name: declared[field.name] for field in fields(DeclaredEnding)})


def to_tag(digests: Digests) -> str:
    """The value of the tag."""
    return f"{_VERSION}:{'.'.join(digests[name] for name in _ORDER)}"


def from_tags(tags: Mapping[str, str]) -> dict[str, str] | None:
    """The digests of what was applied last; ``None`` if nothing is known."""
    version, _, digests = tags.get(LAST_APPLIED, "").partition(":")
    values = digests.split(".")
    if version != _VERSION or len(values) != len(_ORDER):
        return None
    return dict(zip(_ORDER, values, strict=True))


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:10]
