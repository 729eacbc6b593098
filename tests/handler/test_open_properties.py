"""Which properties may be omitted, and what that means."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_experiment_handler.spec.declaration import AS_SERVED, Declaration, DeclaredEnding, DeclaredVariant
from inference_experiment_handler.spec.parser import faults_in, parse, parse_removal
from simulation.cloudformation import as_sent
from simulation.declarations import PRODUCTION, SHADOW, as_served, declared, shadow_mode, variant

OPEN_MODE = as_served()["ShadowModeConfig"]
NAMED_SHADOW = {"ShadowModelVariants": [{"ShadowModelVariantName": SHADOW, "SamplingPercentage": 10}]}
NAMED_PRODUCTION = {"SourceModelVariantName": PRODUCTION, "ShadowModelVariants": [{"SamplingPercentage": 10}]}


def read(properties: dict[str, Any]) -> Declaration:
    return parse(as_sent(properties))


def test_the_model_to_try_is_enough() -> None:
    declaration = read(as_served("ranking-2025"))

    assert declaration.production == AS_SERVED
    assert declaration.shadow == DeclaredVariant(None, "ranking-2025", None, None)


@pytest.mark.parametrize(
    ("infrastructure", "instance_type", "count"),
    [
        ({"InstanceType": "ml.c5.xlarge"}, "ml.c5.xlarge", None),
        ({"InstanceCount": 2}, None, 2),
        ({}, None, None),
        ({"InstanceType": "ml.c5.xlarge", "InstanceCount": 2}, "ml.c5.xlarge", 2),
    ],
)
def test_either_half_of_the_shadows_instances_may_be_left_open(
    infrastructure: dict[str, Any], instance_type: str | None, count: int | None
) -> None:
    entry = {"ModelName": "m", "InfrastructureConfig": {"RealTimeInferenceConfig": infrastructure}}

    declaration = read(as_served(ModelVariants=[entry]))

    assert declaration.shadow == DeclaredVariant(None, "m", instance_type, count)


@pytest.mark.parametrize(
    ("entries", "mode", "production", "shadow"),
    [
        ([{"ModelName": "m", "VariantName": "B"}], OPEN_MODE, None, "B"),
        ([{"ModelName": "m"}], NAMED_SHADOW, None, SHADOW),
        ([{"ModelName": "m"}], NAMED_PRODUCTION, PRODUCTION, None),
        ([{"ModelName": "m", "VariantName": "B"}], NAMED_PRODUCTION, PRODUCTION, "B"),
        ([variant("A", "x"), {"ModelName": "m"}], OPEN_MODE, "A", None),
        ([{"ModelName": "m"}, variant("A", "x")], OPEN_MODE, "A", None),
        ([variant(SHADOW, "m"), variant("A", "x")], NAMED_SHADOW, "A", SHADOW),
        ([variant(PRODUCTION, "x"), variant("B", "m")], NAMED_PRODUCTION, PRODUCTION, "B"),
        ([variant(PRODUCTION, "x"), {"ModelName": "m"}], shadow_mode(), PRODUCTION, SHADOW),
    ],
)
def test_the_names_tell_which_variant_is_which(
    entries: list[dict[str, Any]], mode: dict[str, Any], production: str | None, shadow: str | None
) -> None:
    declaration = read(declared(ModelVariants=entries, ShadowModeConfig=mode))

    assert declaration.production.variant_name == production
    assert declaration.shadow.variant_name == shadow
    assert declaration.shadow.model_name == "m"


@pytest.mark.parametrize(("action", "production"), [("Promote", "Remove"), ("Remove", "Retain"), ("Retain", "Retain")])
def test_what_is_said_of_the_shadow_suffices(action: str, production: str) -> None:
    named = declared(DesiredState="Completed", ModelVariantActions={SHADOW: action})
    unnamed = as_served(DesiredState="Completed", ModelVariantActions={"Shadow": action})

    assert read(named).conclusion == read(unnamed).conclusion == DeclaredEnding(production, action, "Completed")


def test_a_shadow_beside_a_production_variant_of_the_default_name_is_named_by_the_next() -> None:
    beside = [variant("Shadow", "x"), {"ModelName": "m"}]
    properties = as_served(ModelVariants=beside, OnDelete={"ModelVariantActions": {"Shadow-2": "Retain"}})

    assert read(properties).removal.ending.shadow == "Retain"


@pytest.mark.parametrize("named", [{}, {"VariantName": "Shadow"}])
def test_the_shadow_alone_is_resized(named: dict[str, Any]) -> None:
    entry = named | {"InfrastructureConfig": {"RealTimeInferenceConfig": {"InstanceCount": 3}}}
    ending: dict[str, Any] = {"ModelVariantActions": {"Shadow": "Retain"}, "DesiredModelVariants": [entry]}

    declaration = read(as_served(DesiredState="Completed", OnDelete=ending, **ending))

    assert declaration.conclusion is not None
    for each in (declaration.conclusion, declaration.removal.ending, parse_removal(as_served(OnDelete=ending)).ending):
        assert each.desired_variants == (DeclaredVariant(None, None, None, 3),)


def test_an_unknown_variant_is_named_with_those_that_there_are() -> None:
    removal = parse_removal(as_served(OnDelete={"ModelVariantActions": {PRODUCTION: "Retain", "Shadow": "Retain"}}))

    assert removal.not_followed == (
        f"OnDelete.ModelVariantActions.{PRODUCTION} is not a variant of this experiment, must be Shadow",
    )


NAMES = st.sampled_from([None, "A", "B", "Shadow", "not a name"])


@given(st.lists(NAMES, min_size=1, max_size=2), NAMES, NAMES)
def test_any_names_are_told_apart_or_refused(
    entries: list[str | None], production: str | None, shadow: str | None
) -> None:
    variants = [variant(name or "", f"m{index}") for index, name in enumerate(entries)]
    for entry in variants:
        if not entry["VariantName"]:
            del entry["VariantName"]
    mode = shadow_mode(production=production or "", shadow=shadow or "")
    if production is None:
        del mode["SourceModelVariantName"]
    if shadow is None:
        del mode["ShadowModelVariants"][0]["ShadowModelVariantName"]
    properties = declared(ModelVariants=variants, ShadowModeConfig=mode)

    faults = faults_in(properties, opaque=lambda _: False)

    if not faults:
        declaration = read(properties)
        names = declaration.production.variant_name, declaration.shadow.variant_name
        assert names[0] is None or names[0] != names[1]
        assert names[0] in (production, *entries, None)
        assert names[1] in (shadow, *entries, None)
        assert production in (None, names[0])
        assert shadow in (None, names[1])
