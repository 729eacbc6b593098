"""The recipe for a promotion that is reverted."""

from simulation.declarations import CHAMPION, ENDPOINT, PRODUCTION, SHADOW, as_served, declared
from tests.support.recipes import PROMOTED
from tests.support.stack import Stack


def test_a_promotion_is_reverted_by_the_old_configuration(stack: Stack, name: str) -> None:
    assert stack.update(declared(), PROMOTED, name).succeeded
    assert stack.served() == [SHADOW]

    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=f"{ENDPOINT}-before")
    stack.clock.advance(1200)

    assert stack.served() == [PRODUCTION]
    # The conclusion is not applied once more, whatever else changes, and nothing changes without it.
    mark = stack.mark()
    tagged = PROMOTED | {"Tags": [{"Key": "team", "Value": "a"}]}
    assert stack.update(PROMOTED, tagged, name).succeeded
    assert stack.update(tagged, declared(), name).succeeded
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.served() == [PRODUCTION]
    following = stack.update(declared(), declared(Run="2"), name)
    assert following.succeeded, following.reason


def test_a_promotion_is_reverted_by_another(stack: Stack) -> None:
    first = stack.create(as_served())
    stack.clock.advance(600)
    promoted = as_served(DesiredState="Completed", ModelVariantActions={"Shadow": "Promote"})
    assert stack.update(as_served(), promoted, first.physical_id).succeeded

    revert = as_served(CHAMPION, sampling=100, Run="revert")
    second = stack.update(promoted, revert, first.physical_id)
    assert second.succeeded, second.reason
    stack.clock.advance(600)
    again = revert | {"DesiredState": "Completed", "ModelVariantActions": {"Shadow": "Promote"}}
    answer = stack.update(revert, again, second.physical_id)

    assert answer.succeeded, answer.reason
    config = stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointConfigName"]
    served = stack.call("DescribeEndpointConfig", EndpointConfigName=config)["ProductionVariants"]
    assert [each["ModelName"] for each in served] == [CHAMPION]
