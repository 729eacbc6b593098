"""The end of a test is verified on its endpoint, because the status of the experiment is not sufficient."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.plan.displaced import displaced
from inference_experiment_handler.plan.ending_proof import ending_problem, stop_problem
from inference_experiment_handler.spec.declaration import Action, Ending, ModelVariant
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    INSTANCE_TYPE,
    PRODUCTION,
    SHADOW,
)
from tests.support.situations import AS_IT_IS, experiment_of, request_for

OLD = ServedVariant(PRODUCTION, 1, CHAMPION, INSTANCE_TYPE)
NEW = ServedVariant(SHADOW, 1, CHALLENGER, INSTANCE_TYPE)
PROMOTED = ObservedEndpoint(ENDPOINT, "InService", "promoted", (NEW,))
RETAINED = ObservedEndpoint(ENDPOINT, "InService", "retained", (OLD,), (NEW,))
REMOVED = ObservedEndpoint(ENDPOINT, "InService", "removed", (OLD,))
RESIZED = ServedVariant(PRODUCTION, 4, CHAMPION, "ml.m5.2xlarge")
OWN = ModelVariant(PRODUCTION, CHAMPION, INSTANCE_TYPE, 1)
THREE = ModelVariant(SHADOW, CHALLENGER, "ml.m5.4xlarge", 3)

RETAIN_ONE = Ending(shadow=Action.RETAIN, desired_variants=(ModelVariant(SHADOW, CHALLENGER, INSTANCE_TYPE, 1),))


def promote(*desired: ModelVariant, production: str = Action.REMOVE) -> Ending:
    return Ending(production, Action.PROMOTE, "Completed", desired)


@pytest.mark.parametrize(
    ("ending", "endpoint", "words"),
    [
        (promote(), PROMOTED, None),
        (promote(), REMOVED, "does not serve production traffic"),
        (promote(), None, "no longer exists"),
        (promote(), replace(PROMOTED, production=(OLD, NEW)), f"still serves {PRODUCTION}, {SHADOW}"),
        (promote(production=Action.RETAIN), replace(PROMOTED, production=(OLD, NEW)), None),
        (promote(), replace(PROMOTED, status="UpdateRollbackFailed", failure_reason="no capacity"), "no capacity"),
        (promote(), replace(PROMOTED, status="UpdateRollbackFailed"), "a mix of two configurations"),
        (promote(), replace(PROMOTED, status="Failed"), "is Failed"),
        (promote(), replace(PROMOTED, status="OutOfService"), "is OutOfService"),
        # SageMaker may give the promoted variant the name of the production variant.
        (promote(), replace(PROMOTED, production=(replace(NEW, variant_name=PRODUCTION),)), None),
        (promote(THREE), PROMOTED, f"has 1 instance of {INSTANCE_TYPE}"),
        (promote(THREE), replace(PROMOTED, production=(replace(NEW, instance_type="ml.m5.4xlarge"),)), "declares 3 of"),
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW, 3, CHALLENGER, "ml.m5.4xlarge"),)), None),
        # It has scaled out since, or what the endpoint's configuration says is unknown.
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW, 4, CHALLENGER, "ml.m5.4xlarge"),)), None),
        (promote(THREE), replace(PROMOTED, production=(ServedVariant(SHADOW),)), None),
        (Ending(shadow=Action.RETAIN), RETAINED, None),
        (Ending(shadow=Action.RETAIN), REMOVED, "no longer on endpoint"),
        (Ending(shadow=Action.RETAIN, desired_variants=(THREE,)), RETAINED, "has 1 instance"),
        # The endpoint and its configuration have too many instances.
        (RETAIN_ONE, replace(RETAINED, shadows=(replace(NEW, instance_count=3, configured_count=3),)), "declares 1 of"),
        (RETAIN_ONE, replace(RETAINED, shadows=(replace(NEW, instance_count=None, configured_count=3),)), "has 3 inst"),
        # It has scaled out since, or in.
        (RETAIN_ONE, replace(RETAINED, shadows=(replace(NEW, instance_count=3, configured_count=1),)), None),
        (RETAIN_ONE, replace(RETAINED, shadows=(replace(NEW, instance_count=1, configured_count=3),)), None),
        # No count is declared.
        (
            replace(RETAIN_ONE, counts_left_open=(SHADOW,)),
            replace(RETAINED, shadows=(replace(NEW, instance_count=3, configured_count=3),)),
            None,
        ),
        (Ending(), REMOVED, None),
        (Ending(), RETAINED, "is still billed"),
        (Ending(), None, None),
        (Ending(desired_variants=(ModelVariant(PRODUCTION, CHAMPION, INSTANCE_TYPE, 2),)), REMOVED, "has 1 instance"),
        # An earlier ending has resized production.
        (Ending(desired_variants=(OWN,)), replace(REMOVED, production=(RESIZED,)), "has 4 instances of ml.m5.2xlarge"),
        # Production had to be included, because the shadow variant is resized.
        (
            Ending(shadow=Action.RETAIN, desired_variants=(OWN, ModelVariant(SHADOW, CHALLENGER, INSTANCE_TYPE, 1))),
            replace(RETAINED, production=(RESIZED,)),
            None,
        ),
    ],
)
def test_each_ending(ending: Ending, endpoint: ObservedEndpoint | None, words: str | None) -> None:
    experiment = experiment_of("Completed", request_for("Update", AS_IT_IS), applied=AS_IT_IS)

    problem = ending_problem(ending, experiment, endpoint)

    assert problem is None if words is None else words in str(problem)


@pytest.mark.parametrize(
    "ending", [promote(), Ending(shadow=Action.RETAIN), Ending()], ids=["promote", "retain", "remove"]
)
def test_a_mix_is_told_of_every_ending(ending: Ending) -> None:
    endpoint = {"Promote": PROMOTED, "Retain": RETAINED, "Remove": REMOVED}[ending.shadow]

    assert stopped(ending, endpoint) is None
    assert "a mix of two configurations" in str(stopped(ending, replace(endpoint, status="UpdateRollbackFailed")))


@pytest.mark.parametrize(
    ("kept", "as_it_was"),
    [
        ("", True),
        (f"{CHAMPION}/{INSTANCE_TYPE}", True),
        (f"contender/{INSTANCE_TYPE}", False),
        (f"{CHAMPION}/ml.c5.xlarge", False),
    ],
)
def test_what_a_stop_was_to_keep_is_part_of_the_proof(kept: str, as_it_was: bool) -> None:
    assert (stopped(Ending(), REMOVED, kept) is None) == as_it_was


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (lambda: proven(promote(THREE), of=(ServedVariant(SHADOW, 1, CHALLENGER),)), "1 instance of an unknown type,"),
        (
            lambda: proven(promote(THREE), of=(ServedVariant(SHADOW, None, CHALLENGER, INSTANCE_TYPE),)),
            f"has instances of {INSTANCE_TYPE},",
        ),
        (lambda: proven(promote(), of=(OLD,)), f"endpoint {ENDPOINT} serves {PRODUCTION}"),
        (lambda: proven(Ending(), of=(OLD,), shadows=(NEW,)), f"on endpoint {ENDPOINT} and is still billed"),
        (
            lambda: stopped(
                Ending(), replace(REMOVED, production=(ServedVariant(PRODUCTION, 1, "contender"),)), f"{CHAMPION}/ml.x"
            ),
            "serves contender on an unknown instance type instead of",
        ),
        (
            lambda: displaced(experiment_of("Running", request_for("Update", AS_IT_IS), applied=AS_IT_IS), bare(OLD)),
            SHADOW,
        ),
    ],
)
def test_a_message_never_says_none_for_an_unknown_value(problem: Callable[[], str | None], words: str) -> None:
    """The configuration of an endpoint may have been deleted, and its members are optional."""
    said = str(problem())

    assert words in said
    assert "None" not in said
    assert "configuration" not in said


def bare(*production: ServedVariant, shadows: tuple[ServedVariant, ...] = ()) -> ObservedEndpoint:
    """An endpoint that reports no configuration."""
    return ObservedEndpoint(ENDPOINT, "InService", "", production, shadows)


def proven(ending: Ending, *, of: tuple[ServedVariant, ...], shadows: tuple[ServedVariant, ...] = ()) -> str | None:
    experiment = experiment_of("Completed", request_for("Update", AS_IT_IS), applied=AS_IT_IS)
    return ending_problem(ending, experiment, bare(*of, shadows=shadows))


def stopped(ending: Ending, endpoint: ObservedEndpoint, kept: str = "") -> str | None:
    experiment = experiment_of("Completed", request_for("Update", AS_IT_IS), applied=AS_IT_IS)
    return stop_problem(ending, experiment, endpoint, kept)
