"""Whose an experiment is, which request is in charge of it, and what was applied to it last: all on its tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inference_experiment_handler.plan.fields import CONCLUSION, FIELDS

STACK_ID = "sagemaker-inference-experiment:stack-id"
LOGICAL_ID = "sagemaker-inference-experiment:logical-id"
APPLIED = "sagemaker-inference-experiment:applied"
REQUEST = "sagemaker-inference-experiment:request"
STARTED = "sagemaker-inference-experiment:started"
HOP = "sagemaker-inference-experiment:hop"
"""Which invocation goes on with which request, and after how many hand-overs; from the first one on."""
ENDING = "sagemaker-inference-experiment:ending"
"""What becomes of the shadow variant (its action) and by which request, from before the test is stopped until the
endpoint has proved it."""
PROVEN = ""
UNKNOWN = ""

_ORDER = (*(field.name for field in FIELDS), CONCLUSION)
# To be raised with any change of FIELDS or of what their digests cover: another version reads as "nothing known".
_VERSION = "1"


@dataclass(frozen=True)
class Owner:
    """The stack and the resource in it that an experiment belongs to."""

    stack_id: str
    logical_id: str

    @property
    def tags(self) -> dict[str, str]:
        return {STACK_ID: self.stack_id, LOGICAL_ID: self.logical_id}

    def owns(self, tags: Mapping[str, str], *, by_name: bool) -> bool:
        """Whether an experiment with these tags is this owner's.

        ``by_name``: its name is one that only this owner generates. That is proof enough where the tags don't say
        otherwise: somebody stripped one or both, or they don't show yet. A tag that names another owner weighs more.
        """
        named = {key: tags[key] for key in self.tags if key in tags}
        return named.items() <= self.tags.items() if by_name else named == self.tags


@dataclass(frozen=True)
class Announced:
    """What was announced of a test's end: what is to become of its shadow variant, and the request that said so."""

    action: str = ""
    by: str = ""


def announced(tags: Mapping[str, str]) -> Announced:
    """Empty where nothing was, or where the endpoint has been seen to be so since."""
    action, _, by = tags.get(ENDING, "").partition(" ")
    return Announced(action, by)


def described(tags: Mapping[str, str]) -> str:
    """Who owns an experiment with these tags, for a message."""
    if STACK_ID not in tags:
        return "it was not created by a stack of this kind"
    return f"it belongs to {tags.get(LOGICAL_ID, 'a resource')} of stack {tags[STACK_ID]}"


def started(tags: Mapping[str, str]) -> datetime | None:
    """When the test was started by a call of the handler's, if it was."""
    try:
        return datetime.fromisoformat(tags[STARTED])
    except (KeyError, ValueError):
        return None


def written(applied: Mapping[str, str]) -> str:
    """The digests of what was applied, as the value of a tag."""
    return f"{_VERSION}:{'.'.join(applied[name] for name in _ORDER)}"


def read(tags: Mapping[str, str]) -> dict[str, str] | None:
    """The digests of what was applied last; ``None`` where nothing is known."""
    version, _, digests = tags.get(APPLIED, "").partition(":")
    values = digests.split(".")
    if version != _VERSION or len(values) != len(_ORDER):
        return None
    return dict(zip(_ORDER, values, strict=True))
