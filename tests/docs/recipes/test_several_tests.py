"""The recipe for several tests in a row."""

from simulation.declarations import as_served
from tests.support.stack import Stack


def test_the_next_run_follows_a_promotion_or_brings_it_about(stack: Stack) -> None:
    promoting = as_served(OnDelete={"ModelVariantActions": {"Shadow": "Promote"}})
    first = stack.create(promoting)
    assert first.succeeded, first.reason
    stack.clock.advance(600)

    second = stack.update(promoting, as_served("contender", Run="2"), first.physical_id)

    assert second.succeeded, second.reason
    assert second.data["ProductionVariantName"] == "Shadow"
    assert second.data["ShadowVariantName"] == "Shadow-2"
    assert stack.delete(promoting, first.physical_id).succeeded
    assert stack.names() == [second.physical_id]
