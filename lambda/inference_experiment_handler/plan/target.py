"""One experiment of a request, with its tags and what the request has done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from inference_experiment_handler.model.journal import CONSISTENCY_WINDOW, Journal
from inference_experiment_handler.model.lease import Lease, read_lease
from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.model.operations import ADD_TAGS, CREATE, DELETE_TAGS, STOP
from inference_experiment_handler.model.request import CLOCK_SKEW, Request, RequestType, comes_before, issued_at
from inference_experiment_handler.model.steps import Purpose
from inference_experiment_handler.model.tags import (
    ADOPTED,
    LAST_APPLIED,
    LEASE,
    LOGICAL_ID,
    NOT_KNOWN,
    PENDING_STOP,
    STACK_ID,
    PendingStop,
    read_pending_stop,
    started_at,
)
from inference_experiment_handler.plan.last_applied import (
    CONCLUSION,
    Digests,
    conclusion_digest,
    digests_of,
    from_tags,
)
from inference_experiment_handler.plan.resolution import resolve_by_test, resolve_ending
from inference_experiment_handler.plan.wording import DELETED_WITH, stop_reason
from inference_experiment_handler.spec import names
from inference_experiment_handler.spec.limits import REASON


@dataclass(frozen=True)
class Target:
    """One experiment of a request: its own, or the run that it replaces.

    =============================  =======  ======  ==========
    the experiment                 owned    leased  came_about
    =============================  =======  ======  ==========
    created by this request        yes      yes     no
    as an earlier request left it  yes      no      yes
    left by a failed creation      yes      no      no
    stripped of its tags           by name  no      yes
    somebody else's                no       no      yes
    being taken over               no       no      yes
    =============================  =======  ======  ==========
    """

    request: Request
    journal: Journal
    now: datetime
    experiment: ObservedExperiment

    @property
    def name(self) -> str:
        return self.experiment.name

    @property
    def tags(self) -> Mapping[str, str]:
        """Raises a ``LookupError`` if they were not read (see ``needs.tags_needed``)."""
        if self.experiment.tags is None:
            raise LookupError(f"the tags of {self.name} were not read")
        return self.experiment.tags

    @property
    def owned(self) -> bool:
        """Whether its tags, or its generated name, show that it belongs to this resource."""
        return self.request.owns(self.name, self.tags)

    @property
    def leased(self) -> bool:
        """Whether this request has acquired its lease, or has created it, and has not released it since."""
        return self.journal.holds_lease(self.name) and not self._released

    @property
    def _released(self) -> bool:
        """Whether this request has released it: it has rolled back a takeover, and the owner's tags are gone."""
        tags = self.experiment.tags
        release = (DELETE_TAGS, self.name, Purpose.RELEASE)
        released = release in self.journal.completed or release in self.journal.unknown_outcome
        return released and tags is not None and STACK_ID not in tags

    @property
    def ours(self) -> bool:
        """Whether this request may change it."""
        return self.leased or self.owned

    @property
    def bears_owner_tags(self) -> bool:
        return self.request.owner.tags.items() <= self.tags.items()

    @property
    def owner_may_not_show_yet(self) -> bool:
        """Whether the tags with its owner may be visible soon."""
        untagged = STACK_ID not in self.tags and LOGICAL_ID not in self.tags
        created = self.experiment.created
        return untagged and created is not None and self.now - created < CONSISTENCY_WINDOW

    @property
    def lease(self) -> Lease:
        """Its lease. Empty if its tags have none, or were not read."""
        return read_lease(self.experiment.tags or {})

    @property
    def lease_observed(self) -> bool:
        """Whether its tags name this request as the holder of the lease."""
        return self.lease.holder == self.request.token

    @property
    def superseded(self) -> bool:
        """Whether another request of CloudFormation has acquired its lease, and was issued after this one.

        The lease of a guardrail supersedes no request, because a request may be delivered long after it was issued.
        """
        fence, token = self.lease.fence, self.request.token
        if not fence or token in (fence, self.lease.holder):
            return False
        if self.leased:
            # Right after a lease is acquired, the tags may still show an earlier holder, or show one only now.
            if fence == self.journal.leases.get(self.name) or (self.bears_owner_tags and comes_before(fence, token)):
                return False
            return issued_at(fence) >= issued_at(token)
        return issued_at(fence) > issued_at(token)

    def is_overwritten(self, purpose: str) -> bool:
        """Whether the tags that this request wrote for this purpose were replaced by those of another request.

        They named this request as the holder of the lease, and name another one now. After the consistency window, they
        no longer show the holder from before.
        """
        at = self.journal.completed.get((ADD_TAGS, self.name, purpose))
        seen = self.name in self.journal.lease_observed and not self.lease_observed
        return seen and at is not None and self.now - datetime.fromisoformat(at) >= CONSISTENCY_WINDOW

    @property
    def came_about(self) -> bool:
        """Whether its tags show that a request has completed it as desired. False if they were not read."""
        if self.experiment.tags is None:
            return False
        # A creation writes the owner. If it is missing, the tags were removed, or it is being taken over. Then nothing
        # shows that it was not completed. The lease proves nothing: each request that changes the test writes it.
        return LAST_APPLIED in self.tags or STACK_ID not in self.tags

    @property
    def tag_that_it_came_about(self) -> Mapping[str, str]:
        """The tag that says that something was applied, if no tag shows what it was.

        Empty if a tag shows it, or if the creation was not completed.

        With the tags of its owner but without this one, a test counts as left by a creation that failed.
        """
        return {LAST_APPLIED: NOT_KNOWN} if self.came_about and LAST_APPLIED not in self.tags else {}

    @property
    def started_by_this_request(self) -> bool:
        """Whether its tags show that this request has started it, or has recorded that it will.

        The tag has a time, but no token. So this request must hold the lease, and the time must not be before it was
        issued. False if the tags were not read.
        """
        started = started_at(self.experiment.tags or {})
        return self.lease_observed and started is not None and started >= self.request.issued

    @property
    def taken_over(self) -> bool:
        """Whether its tags show that this resource has taken it over. False if they were not read."""
        return ADOPTED in (self.experiment.tags or {})

    @property
    def being_taken_over(self) -> bool:
        """Whether the request takes it over: it existed before, and its tags do not show its owner yet.

        A creation without a response proves nothing, because the name may have been in use. An experiment that it
        created has tags. False if they were not read.
        """
        if self.experiment.tags is None:
            return False
        return not self.owned and not self.journal.is_completed(CREATE, self.name)

    @property
    def taken_over_by_request(self) -> bool:
        """Whether its tags show that this request has taken it over. False if they were not read."""
        return (self.experiment.tags or {}).get(ADOPTED) == self.request.token

    @property
    def left_by_failed_creation(self) -> bool:
        """Whether another request created it and did not succeed, so that its declaration is not known."""
        return self.owned and not self.came_about and not self.journal.perhaps_completed(CREATE, self.name)

    @property
    def created_by_an_earlier_run(self) -> bool:
        """Whether an earlier run of this request, whose journal was lost, must have created it.

        It is newer than the request. Its tags show the request and no completion. Or, after a Create, others have
        removed the tags, and it has the name that only this resource generates.
        """
        created, request = self.experiment.created, self.request
        if created is None or self.experiment.tags is None:
            return False
        if self.lease_observed and not self.came_about:
            return created >= request.issued - timedelta(seconds=CLOCK_SKEW)
        stripped = self.owned and not {LEASE, LAST_APPLIED} & self.tags.keys()
        return request.type is RequestType.CREATE and stripped and created >= request.issued

    @cached_property
    def last_applied(self) -> Digests | None:
        """The digests of what was applied last, from its tags; ``None`` if nothing is known."""
        return from_tags(self.tags)

    @cached_property
    def last_applied_or_previous(self) -> Digests | None:
        """The same; if the tags do not have them, those of the previous declaration from CloudFormation.

        Only for an owned experiment: the previous declaration does not apply to one that is being taken over.
        """
        return self.last_applied or self.previous

    @property
    def last_applied_is_lost(self) -> bool:
        """Whether others have removed the tag that shows what was applied last.

        The previous declaration does not replace it completely: a rollback leaves what it can't restore.
        """
        new = self.owner_may_not_show_yet or self.journal.perhaps_completed(CREATE, self.name)
        return self.owned and self.came_about and self.last_applied is None and not new

    @cached_property
    def previous(self) -> Digests | None:
        """The digests of the previous declaration from CloudFormation, if it was for this experiment."""
        previous = self.request.previous
        if previous is None or previous.declared is None or not names.same(previous.name, self.name):
            return None
        return digests_of(resolve_by_test(previous.declared, self.experiment))

    @property
    def pending_stop(self) -> PendingStop:
        return read_pending_stop(self.tags)

    @property
    def stop_intent(self) -> PendingStop | None:
        """The intent with which this request has stopped the test, or will stop it; ``None`` if none is recorded.

        Lambda can deliver a request twice, and each delivery has its own journal. If this delivery may have sent a
        Stop, its own intent applies. Otherwise, that on the tag applies: the other delivery may have sent a Stop.
        """
        own = self.journaled_stop_intent
        if own is not None and self.journal.perhaps_completed(STOP, self.name):
            return own
        return self.pending_stop if self.pending_stop.token == self.request.token else own

    @property
    def journaled_stop_intent(self) -> PendingStop | None:
        """The last intent to stop the test that this delivery of the request recorded, or tried to record.

        ``None`` also if an earlier version recorded it, whose journal does not contain the intent.
        """
        tried = self.journal.last_tried(ADD_TAGS, self.name, Purpose.STOP, self.now) or ""
        action, _, production = tried.removeprefix(Purpose.STOP).strip().partition(" ")
        return PendingStop(action, self.request.token, production) if action else None

    @property
    def stop_may_be_forgotten(self) -> bool:
        """Whether an earlier run of this request, whose journal was lost, may have stopped the test.

        Only the tag shows that it intended to.
        """
        recorded = self.journal.has_tried(ADD_TAGS, self.name, Purpose.STOP)
        return self.pending_stop.token == self.request.token and not recorded

    @property
    def stopped_by_this_request(self) -> bool:
        """Whether this request has stopped the test, or has recorded the intent to stop it."""
        if self.pending_stop.token == self.request.token or self.journal.perhaps_completed(STOP, self.name):
            return True
        # An earlier Delete gave the same reason, but before this one was issued.
        concluded = self.experiment.concluded
        return self._stopped_by_a_delete and (
            concluded is not None and int(concluded.timestamp()) > issued_at(self.request.token)
        )

    @property
    def _stopped_by_a_delete(self) -> bool:
        """Whether only the reason that SageMaker reports shows that a Delete of this resource has stopped it.

        Its tags were removed, or could not be written.
        """
        request = self.request
        if request.declared is not None or PENDING_STOP in self.tags:
            return False
        reasons = filter(None, (request.removal.ending.reason, stop_reason(DELETED_WITH, request.owner)))
        return self.experiment.status_reason.startswith(tuple(reason[: REASON.longest] for reason in reasons))

    @property
    def unverified(self) -> bool:
        """Whether this resource has stopped it, and its endpoint is not yet verified."""
        if not self.experiment.ended:
            return False
        stopped = self.journal.perhaps_completed(STOP, self.name) or self._stopped_by_a_delete
        return bool(self.tags.get(PENDING_STOP)) or stopped

    @property
    def conclusion_pending(self) -> bool:
        """Whether a declared conclusion was not applied yet. After it was applied, the endpoint may change."""
        declared = self.request.declared.conclusion if self.request.declared else None
        if declared is None:
            return False
        conclusion = resolve_ending(declared, self.experiment)
        # Production may have been included only because each variant that stays was required.
        own = self.experiment.variants.get(self.experiment.production_name)
        filled = replace(conclusion, desired_variants=tuple(filter(None, (own, *conclusion.desired_variants))))
        applied = (self.last_applied or {}).get(CONCLUSION)
        return applied not in (conclusion_digest(conclusion), conclusion_digest(filled))
