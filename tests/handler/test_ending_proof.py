"""What an endpoint proves of a test's end: a status of the experiment proves nothing."""

from dataclasses import replace

import pytest

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.plan.ending_proof import ending_problem, mixed_problem
from inference_experiment_handler.spec.declaration import Action, Ending, ModelVariant
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    PROMOTE,
    SHADOW,
    declared,
    variant,
)
from simulation.endpoints import served
from tests.support.situations import AS_IT_IS, experiment_of, request_for
from tests.support.stack import Stack

OLD = ServedVariant(PRODUCTION, 1, CHAMPION, INSTANCE_TYPE)
NEW = ServedVariant(SHADOW, 1, CHALLENGER, INSTANCE_TYPE)
PROMOTED = ObservedEndpoint(ENDPOINT, "InService", "promoted", (NEW,))
RETAINED = ObservedEndpoint(ENDPOINT, "InService", "retained", (OLD,), (NEW,))
REMOVED = ObservedEndpoint(ENDPOINT, "InService", "removed", (OLD,))
THREE = ModelVariant(SHADOW, CHALLENGER, "ml.m5.4xlarge", 3)


def promote(*desired: ModelVariant, production: str = Action.REMOVE) -> Ending:
    return Ending(production, Action.PROMOTE, "Completed", desired)


@pytest.mark.parametrize(
    ("ending", "endpoint", "words"),
    [
        (promote(), PROMOTED, None),
        (promote(), REMOVED, "does not serve production traffic"),
        (promote(), None, "is gone"),
        (promote(), replace(PROMOTED, production=(OLD, NEW)), f"still serves {PRODUCTION}, {SHADOW}"),
        (promote(production=Action.RETAIN), replace(PROMOTED, production=(OLD, NEW)), None),
        (promote(), replace(PROMOTED, status="UpdateRollbackFailed", failure_reason="no capacity"), "no capacity"),
        (promote(), replace(PROMOTED, status="UpdateRollbackFailed"), "a mix of two configurations"),
        (promote(), replace(PROMOTED, status="Failed"), "is Failed"),
        (promote(), replace(PROMOTED, status="OutOfService"), "is OutOfService"),
        # SageMaker may give the promoted variant the name of the production variant.
        (promote(), replace(PROMOTED, production=(replace(NEW, variant_name=PRODUCTION),)), None),
        (promote(THREE), PROMOTED, f"has 1 instances of {INSTANCE_TYPE}"),
        (promote(THREE), replace(PROMOTED, production=(replace(NEW, instance_type="ml.m5.4xlarge"),)), "declares 3 of"),
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW, 3, CHALLENGER, "ml.m5.4xlarge"),)), None),
        # It has scaled out since, or what the endpoint's configuration says is unknown.
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW, 4, CHALLENGER, "ml.m5.4xlarge"),)), None),
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW),)), None),
        (Ending(shadow=Action.RETAIN), RETAINED, None),
        (Ending(shadow=Action.RETAIN), REMOVED, "no longer on endpoint"),
        (Ending(shadow=Action.RETAIN, desired_variants=(THREE,)), RETAINED, "has 1 instances"),
        (Ending(), REMOVED, None),
        (Ending(), RETAINED, "goes on being billed"),
        (Ending(), None, None),
        (Ending(desired_variants=(ModelVariant(PRODUCTION, CHAMPION, INSTANCE_TYPE, 2),)), REMOVED, "has 1 instances"),
    ],
)
def test_each_ending(ending: Ending, endpoint: ObservedEndpoint | None, words: str | None) -> None:
    experiment = experiment_of("Completed", request_for("Update", AS_IT_IS), applied=AS_IT_IS)

    problem = ending_problem(ending, experiment, endpoint)

    assert problem is None if words is None else words in str(problem)


def test_a_mix_is_told_of_every_ending() -> None:
    assert mixed_problem(REMOVED) is None
    assert "a mix of two configurations" in str(mixed_problem(replace(REMOVED, status="UpdateRollbackFailed")))


def test_fewer_and_smaller_instances_than_declared_fail_a_promotion(stack: Stack) -> None:
    name = stack.create(declared()).physical_id
    stack.call(
        "CreateEndpointConfig",
        EndpointConfigName="small",
        ProductionVariants=[served(SHADOW, CHALLENGER)],
    )

    def make_it_small() -> None:
        if stack.describe(name)["Status"] == "Stopping":
            stack.while_waiting = None
            stack.clock.advance(600)
            stack.call("UpdateEndpoint", EndpointName=ENDPOINT, EndpointConfigName="small")

    stack.while_waiting = make_it_small
    bigger = [variant(SHADOW, CHALLENGER, "ml.m5.4xlarge", count=3)]

    answer = stack.update(
        declared(),
        declared(DesiredState="Completed", ModelVariantActions=PROMOTE, DesiredModelVariants=bigger),
        name,
    )

    assert not answer.succeeded
    assert "has 1 instances of ml.m5.xlarge, but DesiredModelVariants declares 3 of ml.m5.4xlarge" in answer.reason
