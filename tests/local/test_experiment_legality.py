"""Which calls are allowed in which status, and SageMaker's errors for the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ServiceError
from simulation.declarations import variant
from tests.support.world import World

STATUSES = ("Creating", "Created", "Starting", "Running", "Updating", "Stopping", "Completed", "Cancelled")
LEGAL = {
    "UpdateInferenceExperiment": {"Created", "Running"},
    "StartInferenceExperiment": {"Created"},
    "StopInferenceExperiment": {"Running"},
    "DeleteInferenceExperiment": {"Created", "Completed", "Cancelled"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "UpdateInferenceExperiment": {"Description": "other"},
    "StopInferenceExperiment": {"ModelVariantActions": {"Shadow-01": "Remove", "AllTraffic": "Retain"}},
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("operation", LEGAL)
def test_each_operation_is_legal_in_its_statuses_alone(world: World, operation: str, status: str) -> None:
    world.reach(status)
    assert world.status() == status
    arguments = {"Name": "trial", **ARGUMENTS.get(operation, {})}

    if status in LEGAL[operation]:
        answer = world.call(operation, **arguments)
        assert answer["InferenceExperimentArn"].endswith(":inference-experiment/trial")
    else:
        with pytest.raises(ServiceError, match=f"status {status} ") as refused:
            world.call(operation, **arguments)
        assert refused.value.code == "ConflictException"
        assert world.status() == status


@pytest.mark.parametrize("operation", ["DescribeInferenceExperiment", *LEGAL])
def test_an_unknown_experiment_is_not_found(world: World, operation: str) -> None:
    with pytest.raises(ServiceError) as unknown:
        world.call(operation, Name="nobody", **ARGUMENTS.get(operation, {}))
    assert unknown.value.code == "ResourceNotFound"


@pytest.mark.parametrize("name", ["trial", "TRIAL"])
def test_a_name_is_taken_until_its_experiment_is_deleted(world: World, name: str) -> None:
    world.reach("Completed")
    with pytest.raises(ServiceError) as taken:
        world.create(Name=name)
    assert taken.value.code == "ResourceInUse"

    world.call("DeleteInferenceExperiment", Name="trial")
    world.create(Name=name)


def test_an_endpoint_takes_part_in_one_experiment_at_a_time(world: World) -> None:
    world.create(Schedule=world.schedule(DAY, end=2 * DAY))
    with pytest.raises(ServiceError) as busy:
        world.create(Name="second")
    assert busy.value.code == "ResourceInUse"
    assert "experiment/trial" in busy.value.message


def test_the_arn_has_the_name_in_lower_case(world: World) -> None:
    assert world.create(Name="Trial-A").endswith(":inference-experiment/trial-a")
    assert world.describe("trial-A")["Name"] == "Trial-A"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"EndpointName": "nowhere"}, 'Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/now'),
        ({"ShadowModeConfig": {"SourceModelVariantName": "Other", "ShadowModelVariants": []}}, "shadowModelVariants"),
        ({"Schedule": {"EndTime": timedelta(0)}}, "EndTime of the experiment must be in the future"),
        ({"Schedule": {"StartTime": -HOUR}}, "StartTime of the experiment must not be in the past"),
        ({"Schedule": {"StartTime": DAY, "EndTime": 32 * DAY}}, "not last longer than 30 days"),
        ({"Schedule": {"EndTime": 31 * DAY}}, "not last longer than 30 days"),
        ({"Schedule": {"StartTime": DAY, "EndTime": DAY + HOUR / 2}}, "must last 1:00:00 or longer"),
    ],
)
def test_create_refuses_what_can_not_be(world: World, changes: dict[str, Any], complaint: str) -> None:
    if schedule := changes.get("Schedule"):
        changes = changes | {"Schedule": {end: world.clock.now() + offset for end, offset in schedule.items()}}
    with pytest.raises(ServiceError, match=complaint) as refused:
        world.create(**changes)
    assert refused.value.code == "ValidationException"


def test_create_refuses_unknown_models(world: World) -> None:
    variants = [variant("AllTraffic", "champion"), variant("Shadow-01", "nothing")]
    with pytest.raises(ServiceError, match='Could not find model "arn'):
        world.create(ModelVariants=variants)


@pytest.mark.parametrize(
    "names", [("AllTraffic",), ("AllTraffic", "AllTraffic"), ("Other", "Shadow-01"), ("AllTraffic", "Other")]
)
def test_create_refuses_variants_that_do_not_fit_the_shadow_mode(world: World, names: tuple[str, ...]) -> None:
    with pytest.raises(ServiceError, match="ModelVariants must hold the source variant"):
        world.create(ModelVariants=[variant(name, "champion") for name in names])


def test_create_refuses_an_endpoint_that_is_not_in_service(world: World) -> None:
    world.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")
    with pytest.raises(ServiceError, match="must be InService, but is Updating"):
        world.create()


def test_a_shadow_that_was_kept_is_tested_again_and_no_other_beside_it(world: World) -> None:
    world.reach("Running")
    world.stop(ModelVariantActions={"AllTraffic": "Retain", "Shadow-01": "Retain"})
    world.clock.advance(HOUR)
    with pytest.raises(ServiceError, match="already has a shadow variant"):
        world.create(
            Name="other",
            ModelVariants=[variant("AllTraffic", "champion"), variant("Other", "challenger")],
            ShadowModeConfig={
                "SourceModelVariantName": "AllTraffic",
                "ShadowModelVariants": [{"ShadowModelVariantName": "Other", "SamplingPercentage": 10}],
            },
        )
    world.create(Name="second")


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, "asynchronous"),
        ({"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}, "serverless"),
        ({"twice": True}, "exactly one production variant"),
    ],
)
def test_create_refuses_endpoints_that_are_excluded_from_shadow_tests(
    world: World, config: dict[str, Any], complaint: str
) -> None:
    served = [{"VariantName": "A", "ModelName": "champion"}]
    if "ServerlessConfig" in config:
        served[0] |= {"ServerlessConfig": config.pop("ServerlessConfig")}
    if config.pop("twice", False):
        served.append({"VariantName": "B", "ModelName": "champion"})
    world.call("CreateEndpointConfig", EndpointConfigName="odd", ProductionVariants=served, **config)
    world.call("CreateEndpoint", EndpointName="odd", EndpointConfigName="odd")
    world.clock.advance(HOUR)
    with pytest.raises(ServiceError, match=complaint):
        world.create(EndpointName="odd")
