"""The handler's own tags on an experiment: its owner, the request that holds its lease, what was applied last.

The keys and the format of the values must not change, because deployed stacks depend on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PREFIX = "sagemaker-inference-experiment:"
STACK_ID = "sagemaker-inference-experiment:stack-id"
LOGICAL_ID = "sagemaker-inference-experiment:logical-id"
LAST_APPLIED = "sagemaker-inference-experiment:applied"
"""A digest for each field that was applied last (see ``plan.last_applied``). Set when a request has succeeded."""
LEASE = "sagemaker-inference-experiment:request"
"""The fencing token of the request that holds the lease. After that of a guardrail comes the token of the last request
of CloudFormation that held it (see ``lease``)."""
ADOPTED = "sagemaker-inference-experiment:adopted"
"""The fencing token of the request that took over the experiment, which existed before."""
STARTED = "sagemaker-inference-experiment:started"
"""When the handler was about to call StartInferenceExperiment."""
PENDING_STOP = "sagemaker-inference-experiment:ending"
"""The action for the shadow variant, the fencing token of the request that stops the test, and what production serves
(model/instance type) if it is not the test's own. Set before the Stop, until the endpoint is verified."""
VERIFIED = ""
"""The value of ``PENDING_STOP`` when the endpoint is verified."""
NOT_KNOWN = ""
"""The value of ``LAST_APPLIED`` if something was applied, but it is not known what."""


@dataclass(frozen=True)
class Owner:
    """The stack and the resource that an experiment belongs to."""

    stack_id: str
    logical_id: str

    @property
    def tags(self) -> dict[str, str]:
        return {STACK_ID: self.stack_id, LOGICAL_ID: self.logical_id}

    def owns(self, tags: Mapping[str, str], *, by_name: bool) -> bool:
        """Whether an experiment with these tags belongs to this owner.

        ``by_name``: only this owner generates its name. That is sufficient proof if the tags are missing, because they
        were removed or are not visible yet. A tag with another owner takes precedence.
        """
        named = {key: tags[key] for key in self.tags if key in tags}
        return named.items() <= self.tags.items() if by_name else named == self.tags


@dataclass(frozen=True)
class PendingStop:
    """A stop whose endpoint is not verified yet: the shadow variant's action, and the request that stops the test.

    ``production``: the model and the instance type that production must have then, if they are not the test's own.
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
        """The value for the journal of the request."""
        return " ".join(filter(None, (self.action, self.production)))


def read_pending_stop(tags: Mapping[str, str]) -> PendingStop:
    """Empty if there is none, or if the endpoint has been verified."""
    action, _, rest = tags.get(PENDING_STOP, "").partition(" ")
    token, _, production = rest.partition(" ")
    return PendingStop(action, token, production)


def owner_in_words(tags: Mapping[str, str]) -> str:
    """The owner of an experiment with these tags, for a message."""
    if STACK_ID not in tags:
        return "it was not created by a Custom::SageMakerInferenceExperiment"
    return f"it belongs to {tags.get(LOGICAL_ID, 'a resource')} of stack {tags[STACK_ID]}"


def started_at(tags: Mapping[str, str]) -> datetime | None:
    """When the handler started the test, if it did."""
    try:
        return datetime.fromisoformat(tags[STARTED])
    except (KeyError, ValueError):
        return None
