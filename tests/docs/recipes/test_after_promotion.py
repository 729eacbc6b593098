"""The recipe for the app's endpoint configuration after a promotion."""

from simulation.declarations import ENDPOINT, SHADOW, declared
from tests.support.recipes import PROMOTED
from tests.support.stack import Stack


def test_an_endpoint_whose_code_is_brought_up_to_date_changes_nothing_for_the_concluded_test(
    stack: Stack, name: str
) -> None:
    assert stack.update(declared(), PROMOTED, name).succeeded
    stack.call(
        "CreateEndpointConfig",
        EndpointConfigName="up-to-date",
        ProductionVariants=[
            {
                "VariantName": SHADOW,
                "ModelName": "challenger",
                "InstanceType": "ml.m5.xlarge",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
        ],
    )
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="up-to-date")
    stack.clock.advance(1200)
    mark = stack.mark()

    answer = stack.update(PROMOTED, PROMOTED | {"EndpointConfigName": "up-to-date"}, name)

    assert answer.succeeded, answer.reason
    assert "StopInferenceExperiment" not in stack.calls(since=mark)
    assert stack.served() == [SHADOW]


def test_an_endpoint_that_is_updated_before_the_promotion_has_it_refused(stack: Stack, name: str) -> None:
    stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName=f"{ENDPOINT}-before")
    stack.clock.advance(1200)

    answer = stack.update(declared(), PROMOTED, name)

    assert not answer.succeeded
    assert "endpoint shop was changed while" in answer.reason
