"""The handler's own tags on an experiment: whose it is, which request holds its lease, what was applied last.

The keys and the form of the values are a promise to deployed stacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PREFIX = "sagemaker-inference-experiment:"
STACK_ID = "sagemaker-inference-experiment:stack-id"
LOGICAL_ID = "sagemaker-inference-experiment:logical-id"
LAST_APPLIED = "sagemaker-inference-experiment:applied"
"""A digest for each field that was applied last (see ``plan.last_applied``). Once a request has succeeded."""
LEASE = "sagemaker-inference-experiment:request"
"""The fencing token of the request that holds the lease."""
ADOPTED = "sagemaker-inference-experiment:adopted"
"""The fencing token of the request that took the experiment over. It was there before."""
STARTED = "sagemaker-inference-experiment:started"
"""When the handler was about to call StartInferenceExperiment."""
PENDING_STOP = "sagemaker-inference-experiment:ending"
"""What becomes of the shadow variant (its action), the fencing token of the request that stops the test, and what
production serves (model/instance type) if it is not the test's own. From before the Stop until the endpoint is
verified."""
VERIFIED = ""
"""The value of ``PENDING_STOP`` once the endpoint is as it was to be."""
NOT_KNOWN = ""
"""The value of ``LAST_APPLIED`` where something was applied, but the tag that said what was lost."""


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
class PendingStop:
    """A stop whose endpoint is not verified yet: the shadow variant's action, and who stops the test.

    ``production``: the model and the instance type that production is to have then, where they are not the test's own.
    """

    action: str = ""
    token: str = ""
    production: str = ""

    @property
    def on_tag(self) -> str:
        """The value of ``PENDING_STOP``."""
        return " ".join(filter(None, (self.action, self.token, self.production)))

    @property
    def in_journal(self) -> str:
        """The same within one request."""
        return " ".join(filter(None, (self.action, self.production)))


def read_pending_stop(tags: Mapping[str, str]) -> PendingStop:
    """Empty where there is none, or where the endpoint was verified since."""
    action, _, rest = tags.get(PENDING_STOP, "").partition(" ")
    token, _, production = rest.partition(" ")
    return PendingStop(action, token, production)


def owner_in_words(tags: Mapping[str, str]) -> str:
    """Who owns an experiment with these tags, for a message."""
    if STACK_ID not in tags:
        return "it was not created by a stack of this kind"
    return f"it belongs to {tags.get(LOGICAL_ID, 'a resource')} of stack {tags[STACK_ID]}"


def started_at(tags: Mapping[str, str]) -> datetime | None:
    """When the handler started the test, if it did."""
    try:
        return datetime.fromisoformat(tags[STARTED])
    except (KeyError, ValueError):
        return None
