"""The recipe for a shadow variant that is kept."""

from simulation.declarations import CHAMPION, PRODUCTION, REMOVE, RETAIN, SHADOW, declared, shadow_mode, variant
from tests.support.stack import Stack


def test_a_shadow_that_was_kept_is_tested_again_under_its_name(stack: Stack, name: str) -> None:
    kept = declared(DesiredState="Completed", ModelVariantActions=RETAIN)
    answer = stack.update(declared(), kept, name)
    assert answer.succeeded, answer.reason
    assert stack.shadows() == [SHADOW]

    variants = [variant(PRODUCTION, CHAMPION), variant("Shadow-02", "contender")]
    other = declared(Run="2", ModelVariants=variants, ShadowModeConfig=shadow_mode(shadow="Shadow-02"))
    refused = stack.update(kept, other, name)
    assert not refused.succeeded
    assert "can have only one" in refused.reason
    assert stack.roll_back(other, kept, name).succeeded

    again = stack.update(kept, declared(Run="3"), name)
    assert again.succeeded, again.reason
    over = declared(Run="3", DesiredState="Completed", ModelVariantActions=REMOVE)
    assert stack.update(declared(Run="3"), over, again.physical_id).succeeded
    assert stack.shadows() == []
