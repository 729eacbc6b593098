"""The lease that a guardrail takes keeps the fence of CloudFormation's last request, and its own intent is kept."""

from datetime import timedelta

import pytest

from local.sagemaker import ErrorFault, Hook, SilentRollback
from simulation.declarations import declared
from tests.support.foreign import THEIRS, make_theirs
from tests.support.guardrail import look, ring, running
from tests.support.interruption import Gone, meanwhile
from tests.support.stack import Stack

STOP = "StopInferenceExperiment"
BEFORE = declared()
SAMPLED = declared(sampling=50)


@pytest.fixture
def test(stack: Stack) -> str:
    name = running(stack, BEFORE)
    ring(stack)
    return name


def test_a_delete_that_lambda_runs_again_does_not_remove_a_test_that_was_created_since(stack: Stack) -> None:
    """A guardrail holds the lease, which was that of the Create."""
    named = declared(Name="Ranking-Test")
    first = stack.create(named).physical_id
    deletion = stack.event("Delete", named, physical_id=first)
    stack.deliver(deletion)
    stack.run()
    assert stack.answers[-1].succeeded
    stack.clock.advance(60)
    name = running(stack, named)
    stack.sagemaker.faults.add(Hook(lambda _: again(), STOP))
    ring(stack)

    def again() -> None:
        stack.deliver(deletion)
        stack.run()
        stack.status = "CREATE_COMPLETE"

    mark = stack.mark()
    assert look(stack, name) is None

    assert stack.answers[-1].succeeded
    assert "DeleteInferenceExperiment" not in stack.calls(since=mark)
    assert stack.describe(name)["Status"] == "Cancelled"


def test_a_delete_that_lambda_runs_again_does_not_remove_a_test_that_was_taken_over_since(stack: Stack) -> None:
    """The takeover was rolled back, and deployed again."""
    adopting = declared(Name=THEIRS, AdoptExisting=True)
    make_theirs(stack)
    stack.clock.advance(3600)
    assert stack.create(adopting).succeeded
    stack.clock.advance(5)
    deletion = stack.event("Delete", adopting, physical_id=THEIRS)
    stack.status_during[deletion["RequestId"]] = "ROLLBACK_IN_PROGRESS"
    stack.deliver(deletion)
    stack.run()
    stack.clock.advance(300)
    assert stack.create(adopting).succeeded
    stack.status = "CREATE_COMPLETE"
    stack.clock.advance(300)
    ring(stack)
    mark = stack.mark()

    assert look(stack, THEIRS) is None
    stack.status_during[deletion["RequestId"]] = "CREATE_COMPLETE"
    stack.deliver(deletion)
    stack.run()

    assert stack.calls(since=mark) == ["AddTags", STOP, "AddTags"]
    assert stack.describe(THEIRS)["Status"] == "Cancelled"


def test_a_cancelled_replacement_removes_its_run_although_the_guardrail_has_taken_the_lease_of_the_old_one() -> None:
    """The rollback does not see the new run, because it is visible late."""
    stack = Stack(visible_after_create=timedelta(seconds=50))
    stack.serve("other")
    stack.clock.advance(600)
    name = running(stack, BEFORE)
    ring(stack)
    second = declared(Run="2", EndpointName="other")
    replacement = stack.event("Update", second, physical_id=name, old=BEFORE)

    def rolled_back() -> None:
        if "CreateInferenceExperiment" not in stack.calls():
            return
        stack.while_waiting = None
        stack.serve_once(stack.event("Rollback", BEFORE, physical_id=name, old=second))
        stack.status = "UPDATE_ROLLBACK_COMPLETE"
        look(stack, name)
        # The next deployment of the stack does not change the test.
        stack.status, stack.operation_began = "UPDATE_IN_PROGRESS", stack.clock.now()

    stack.while_waiting = rolled_back
    stack.deliver(replacement)
    stack.run()

    assert not stack.answers[-1].succeeded
    assert [each for each in stack.names() if each != name] == []


def test_a_guardrail_records_its_intent_again_if_an_update_has_removed_it(stack: Stack, test: str) -> None:
    """SageMaker has rejected the first Stop. The guardrail crashes after the second, and the next look verifies it."""
    stack.sagemaker.faults.add(ErrorFault(STOP, "ConflictException", "busy"))
    mark = stack.mark()

    def crash() -> None:
        if stack.calls(since=mark).count(STOP) == 2:
            raise Gone

    def update() -> None:
        assert stack.update(BEFORE, SAMPLED, test).succeeded
        stack.status = "UPDATE_COMPLETE"
        stack.while_waiting = crash

    meanwhile(stack, update)
    stack.sagemaker.faults.add(SilentRollback())
    with pytest.raises(Gone):
        look(stack, test)
    stack.while_waiting = None
    stack.clock.advance(1800)

    said = look(stack, test)

    assert said is not None
    assert "is still on endpoint shop" in said
