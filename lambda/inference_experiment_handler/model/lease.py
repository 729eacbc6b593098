"""The lease of an experiment, as its tags have it."""

from collections.abc import Mapping
from dataclasses import dataclass

from inference_experiment_handler.model.request import is_of_guardrail
from inference_experiment_handler.model.tags import LEASE


@dataclass(frozen=True)
class Lease:
    """Who holds the lease, and which requests of CloudFormation may still acquire it.

    Attributes:
        holder: The fencing token of the request that holds the lease. Empty if none does.
        fence: The fencing token of the last request of CloudFormation that held it. An older request is superseded. It
            is not the holder if a guardrail, which yields to CloudFormation's requests, has acquired the lease since.
    """

    holder: str = ""
    fence: str = ""

    def acquired_by(self, token: str) -> "Lease":
        """The lease when the request with this fencing token has acquired it."""
        return Lease(token, self.fence if is_of_guardrail(token) else token)

    @property
    def on_tag(self) -> str:
        """The value of the tag ``LEASE``."""
        return " ".join(filter(None, (self.holder, self.fence if self.fence != self.holder else "")))


def read_lease(tags: Mapping[str, str]) -> Lease:
    """Empty if the tags have none."""
    holder, _, fence = tags.get(LEASE, "").partition(" ")
    return Lease(holder, fence) if is_of_guardrail(holder) else Lease(holder, holder)
