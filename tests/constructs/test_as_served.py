"""Only the shadow variant's model is declared. Values that are known only at deployment are attributes."""

from typing import Any

import pytest
from aws_cdk import aws_sagemaker
from aws_cdk.assertions import Match
from aws_cdk.aws_cloudwatch import ComparisonOperator

from sagemaker_inference_experiment import (
    Conclusion,
    InvalidExperimentError,
    ModelVariant,
    OnDelete,
    ShadowTestDashboard,
    VariantAction,
)
from tests.constructs.test_mirror import endpoint
from tests.constructs.test_warnings import warnings

OPEN: dict[str, Any] = {"production_variant": None, "shadow_variant": ModelVariant(model="challenger")}


def attribute(declared: Any, name: str) -> dict[str, Any]:
    (logical_id,) = declared.template.find_resources("Custom::SageMakerInferenceExperiment")
    return {"Fn::GetAtt": [logical_id, name]}


def said(declared: Any, **changes: Any) -> list[str]:
    with pytest.raises(InvalidExperimentError) as raised:
        declared.experiment(**(OPEN | changes))
    return [line.removeprefix("  - ") for line in str(raised.value).splitlines()[1:]]


def test_the_model_to_try_is_enough(declared: Any) -> None:
    properties = declared.rendered(**OPEN)

    assert properties["ModelVariants"] == [{"ModelName": "challenger"}]
    assert properties["ShadowModeConfig"] == {"ShadowModelVariants": [{"SamplingPercentage": 10}]}


@pytest.mark.parametrize(
    ("given", "rendered"),
    [
        ({"instance_count": 2}, {"InstanceCount": 2}),
        ({"instance_count": "2"}, {"InstanceCount": 2}),
        ({"instance_type": "ml.c5.xlarge"}, {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1}),
    ],
)
def test_the_count_is_productions_unless_there_is_another_instance_type(
    declared: Any, given: dict[str, Any], rendered: dict[str, Any]
) -> None:
    properties = declared.rendered(**OPEN | {"shadow_variant": ModelVariant(model="challenger", **given)})

    assert properties["ModelVariants"][0]["InfrastructureConfig"]["RealTimeInferenceConfig"] == rendered


@pytest.mark.parametrize(
    ("conclusion", "action"),
    [
        (Conclusion.promote_shadow(), "Promote"),
        (Conclusion.remove_shadow(), "Remove"),
        (Conclusion.retain_both(), "Retain"),
        (Conclusion.cancel(), "Remove"),
    ],
)
def test_the_shadows_action_suffices(declared: Any, conclusion: Conclusion, action: str) -> None:
    properties = declared.rendered(**OPEN, conclusion=conclusion, on_delete=OnDelete(conclusion=conclusion))

    assert properties["ModelVariantActions"] == {"Shadow": action}
    assert properties["OnDelete"]["ModelVariantActions"] == {"Shadow": action}
    assert "DesiredModelVariants" not in properties


@pytest.mark.parametrize(
    ("resized", "instances"),
    [
        ({"instance_count": 4}, {"InstanceCount": 4}),
        ({"instance_type": "ml.c5.xlarge"}, {"InstanceType": "ml.c5.xlarge"}),
    ],
)
@pytest.mark.parametrize("tested_on", [None, "ml.g5.xlarge"])
def test_the_shadow_alone_is_resized(
    declared: Any, resized: dict[str, Any], instances: dict[str, Any], tested_on: str | None
) -> None:
    shadow = ModelVariant(model="challenger", instance_type=tested_on)
    if tested_on is not None:
        instances = {"InstanceType": tested_on} | instances

    properties = declared.rendered(
        production_variant=None, shadow_variant=shadow, conclusion=Conclusion.promote_shadow(**resized)
    )

    (entry,) = properties["DesiredModelVariants"]
    assert entry["InfrastructureConfig"]["RealTimeInferenceConfig"] == instances
    assert "VariantName" not in entry


@pytest.mark.parametrize(
    ("conclusion", "problem"),
    [
        (
            Conclusion(shadow=VariantAction.PROMOTE),
            "conclusion.production is 'Retain', must be 'Remove' if conclusion.shadow is 'Promote' and "
            "production_variant is omitted",
        ),
        (
            Conclusion(production=VariantAction.REMOVE),
            "conclusion.production is 'Remove', must be 'Retain' if conclusion.shadow is 'Remove' and "
            "production_variant is omitted",
        ),
    ],
)
def test_what_needs_productions_name_is_refused(declared: Any, conclusion: Conclusion, problem: str) -> None:
    assert said(declared, conclusion=conclusion) == [problem]


def test_a_production_variant_that_is_given_has_to_be_complete(declared: Any) -> None:
    assert said(declared, production_variant=ModelVariant(model="champion")) == [
        f"production_variant.{parameter} is missing, must be that of the endpoint. If you omit production_variant, the "
        "deployment takes it from the endpoint"
        for parameter in ("variant_name", "instance_type")
    ]


def test_faults_name_the_parameter(declared: Any) -> None:
    faulty = ModelVariant(model="challenger", variant_name="-x", instance_type="m5.xlarge")

    faults = said(declared, shadow_variant=faulty)

    assert [fault.partition(" ")[0] for fault in faults] == [
        "shadow_variant.variant_name",
        "shadow_variant.instance_type",
    ]


def dimensions(declared: Any) -> list[Any]:
    (alarm,) = declared.template.find_resources("AWS::CloudWatch::Alarm").values()
    names = [
        each["MetricStat"]["Metric"]["Dimensions"] for each in alarm["Properties"]["Metrics"] if "MetricStat" in each
    ]
    return [each["Value"] for metric in names for each in metric if each["Name"] == "VariantName"]


def alarm(experiment: Any) -> None:
    experiment.comparison.ratio("ModelLatency").create_alarm(
        experiment,
        "Alarm",
        threshold=2,
        evaluation_periods=1,
        comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
    )


@pytest.mark.parametrize(
    "parameters", [{}, {"run": "2"}, {"experiment_name": "ranking"}], ids=["by name", "later run", "given name"]
)
def test_metrics_get_names_that_synth_does_not_know_by_attributes(declared: Any, parameters: dict[str, Any]) -> None:
    of_app = {} if not parameters else {"endpoint": endpoint(declared)}

    alarm(declared.experiment(**OPEN, **parameters, **of_app))

    expected = [attribute(declared, name) for name in ("ProductionVariantName", "ShadowVariantName")]
    assert sorted(map(str, dimensions(declared))) == sorted(map(str, expected))


@pytest.mark.parametrize(("served", "shadow"), [("primary", "Shadow"), ("Shadow", "Shadow-2")])
def test_metrics_have_the_names_of_the_apps_own_endpoint_configuration(declared: Any, served: str, shadow: str) -> None:
    experiment = declared.experiment(**OPEN, endpoint=endpoint(declared, variant_name=served))
    alarm(experiment)

    assert sorted(dimensions(declared)) == sorted([served, shadow])
    assert experiment.production_variant_name == served
    assert experiment.shadow_variant_name == shadow


def test_the_dashboard_works_without_names(declared: Any) -> None:
    ShadowTestDashboard(declared.stack, "Dashboard", experiment=declared.experiment(**OPEN))

    (board,) = declared.template.find_resources("AWS::CloudWatch::Dashboard").values()
    body = str(board["Properties"]["DashboardBody"])
    assert str(attribute(declared, "ShadowVariantName")) in body
    assert str(attribute(declared, "ProductionVariantName")) in body


def test_the_production_model_is_declared_or_an_attribute(declared: Any) -> None:
    pinned = declared.experiment("Pinned")
    taken = declared.experiment("Taken", **OPEN, endpoint="other")

    assert pinned.production_model_name == "champion"
    assert declared.stack.resolve(taken.production_model_name)["Fn::GetAtt"][1] == "ProductionModelName"


@pytest.mark.parametrize(
    ("shadow", "conclusion", "expected"),
    [
        (ModelVariant(model="m", instance_type="ml.c5.xlarge"), Conclusion.promote_shadow(), True),
        (ModelVariant(model="m"), Conclusion.promote_shadow(instance_type="ml.c5.xlarge", instance_count=3), True),
        (ModelVariant(model="m"), Conclusion.promote_shadow(instance_type="ml.c5.xlarge", instance_count=4), False),
        (ModelVariant(model="m"), Conclusion.promote_shadow(instance_type="ml.c5.xlarge"), False),
        (ModelVariant(model="m", instance_type="ml.m5.xlarge"), Conclusion.promote_shadow(), False),
        (ModelVariant(model="m", instance_type="ml.c5.xlarge"), Conclusion.retain_both(), False),
        (ModelVariant(model="m"), Conclusion.promote_shadow(instance_type="ml.m5.xlarge", instance_count=2), True),
    ],
)
def test_a_promotion_on_fewer_instances_of_another_type_is_warned_of(
    declared: Any, shadow: ModelVariant, conclusion: Conclusion, expected: bool
) -> None:
    served = endpoint(declared, initial_instance_count=4)

    declared.experiment(
        production_variant=None, shadow_variant=shadow, endpoint=served, on_delete=OnDelete(conclusion=conclusion)
    )

    assert ("promoteOnFewerInstances" in warnings(declared.stack)) is expected


def test_a_declared_production_variant_is_compared_likewise(declared: Any) -> None:
    production = ModelVariant(
        model="champion", variant_name="AllTraffic", instance_type="ml.m5.xlarge", instance_count=2
    )
    shadow = ModelVariant(model="challenger", instance_type="ml.c5.xlarge")

    declared.experiment(production_variant=production, shadow_variant=shadow, conclusion=Conclusion.promote_shadow())

    assert "promoteOnFewerInstances" in warnings(declared.stack)


def test_the_models_of_the_app_are_needed_first(declared: Any) -> None:
    aws_sagemaker.CfnModel(declared.stack, "Model", model_name="named", execution_role_arn=declared.role.role_arn)

    declared.experiment(production_variant=None, shadow_variant=ModelVariant(model="named"))

    (logical_id,) = declared.template.find_resources("AWS::SageMaker::Model")
    declared.template.has_resource(
        "Custom::SageMakerInferenceExperiment", {"DependsOn": Match.array_with([logical_id])}
    )


@pytest.mark.parametrize("name", ["primary", "PRIMARY"])
def test_a_shadow_variant_with_the_name_of_production_is_refused(declared: Any, name: str) -> None:
    shadow = ModelVariant(model="challenger", variant_name=name)

    assert said(declared, shadow_variant=shadow, endpoint=endpoint(declared, variant_name="primary")) == [
        f"shadow_variant.variant_name is '{name}', which is the production variant's name in endpoint "
        "configuration Demo/Config, must be another name, or omitted"
    ]


def test_a_promotion_with_no_instances_is_refused_by_whatever_name(declared: Any) -> None:
    none = Conclusion(
        production=VariantAction.REMOVE,
        shadow=VariantAction.PROMOTE,
        desired_variants=(ModelVariant(model="challenger", instance_count=0),),
    )
    shadow = ModelVariant(model="challenger", variant_name="B")

    assert said(declared, shadow_variant=shadow, conclusion=none) == [
        "conclusion promotes the shadow variant with 0 instances, must have at least 1"
    ]
