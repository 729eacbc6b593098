"""UpdateInferenceExperiment: nearly everything in Created, nearly nothing in Running."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.sagemaker import ServiceError
from simulation.declarations import shadow_mode, variant
from tests.support.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_in_created_everything_but_the_identity_can_change(world: World) -> None:
    world.reach("Created")
    variants = [variant("AllTraffic", "champion"), variant("Other", "challenger", count=4)]

    world.call(
        "UpdateInferenceExperiment",
        Name="trial",
        Description="changed",
        Schedule=world.schedule(2 * DAY, end=4 * DAY),
        ModelVariants=variants,
        DataStorageConfig={"Destination": "s3://elsewhere"},
        ShadowModeConfig=shadow_mode(10, shadow="Other"),
    )

    assert world.status() == "Updating"
    world.clock.advance(HOUR)
    described = world.describe()
    assert described["Status"] == "Created"
    assert described["Description"] == "changed"
    assert described["Schedule"] == world.schedule(2 * DAY, end=4 * DAY)
    assert described["DataStorageConfig"] == {"Destination": "s3://elsewhere"}
    assert described["ShadowModeConfig"] == shadow_mode(10, shadow="Other")
    assert [each["VariantName"] for each in described["ModelVariants"]] == ["AllTraffic", "Other"]
    world.clock.advance(2 * DAY)
    assert world.endpoint()["ShadowProductionVariants"][0]["CurrentInstanceCount"] == 4


def test_a_start_that_passes_during_an_update_happens_right_after_it(world: World) -> None:
    world.create(Schedule=world.schedule(DAY, end=3 * DAY))
    world.clock.advance(DAY - timedelta(minutes=1))
    world.call("UpdateInferenceExperiment", Name="trial", Description="late")
    assert world.status() == "Updating"
    world.clock.advance(timedelta(minutes=3))
    assert world.status() == "Starting"


def test_in_running_the_sampling_changes_through_another_configuration(world: World) -> None:
    world.reach("Running")
    before = world.endpoint()["EndpointConfigName"]

    world.call("UpdateInferenceExperiment", Name="trial", ShadowModeConfig=shadow_mode(100))

    assert world.status() == "Updating"
    assert world.endpoint()["EndpointStatus"] == "Updating"
    assert world.variant_statuses() == {"AllTraffic": "Updating", "Shadow-01": "Updating"}
    world.clock.advance(timedelta(minutes=3))
    assert world.status() == "Running"
    assert world.endpoint()["EndpointConfigName"] != before
    assert world.served()["ShadowProductionVariants"][0]["InitialVariantWeight"] == 1.0


def test_in_running_description_and_end_change_without_the_endpoint(world: World) -> None:
    world.reach("Running")
    serving = world.endpoint()

    world.call("UpdateInferenceExperiment", Name="trial", Description="new", Schedule=world.schedule(end=2 * DAY))
    world.clock.advance(HOUR)

    assert world.endpoint() == serving
    described = world.describe()
    assert (described["Status"], described["Description"]) == ("Running", "new")
    world.clock.advance(2 * DAY)
    assert world.status() == "Completed"


def test_in_running_what_stays_as_it_is_may_be_repeated(world: World) -> None:
    world.reach("Running")
    declared = world.describe()

    world.call(
        "UpdateInferenceExperiment",
        Name="trial",
        ModelVariants=world.declaration()["ModelVariants"],
        ShadowModeConfig=declared["ShadowModeConfig"],
        Schedule=declared["Schedule"],
    )

    assert world.status() == "Updating"


@pytest.mark.parametrize("what", ["ModelVariants", "DataStorageConfig", "ShadowModeConfig", "StartTime"])
def test_in_running_the_rest_is_refused(world: World, what: str) -> None:
    world.reach("Running")
    changes: dict[str, dict[str, Any]] = {
        "ModelVariants": {
            "ModelVariants": [
                variant("AllTraffic", "champion", count=2),
                world.declaration()["ModelVariants"][1],
            ]
        },
        "DataStorageConfig": {"DataStorageConfig": {"Destination": "s3://elsewhere"}},
        "ShadowModeConfig": {"ShadowModeConfig": shadow_mode(50, production="Shadow-01", shadow="AllTraffic")},
        "StartTime": {"Schedule": {"StartTime": world.clock.now() + HOUR}},
    }
    with pytest.raises(ServiceError, match=f"{what}.* can't be changed while it is Running") as refused:
        world.call("UpdateInferenceExperiment", Name="trial", **changes[what])
    assert refused.value.code == "ValidationException"
    assert world.status() == "Running"


@pytest.mark.parametrize("end", [-HOUR, 31 * DAY])
def test_the_end_stays_within_limits(world: World, end: timedelta) -> None:
    world.reach("Running")
    with pytest.raises(ServiceError, match=r"EndTime|30 days"):
        world.call("UpdateInferenceExperiment", Name="trial", Schedule={"EndTime": world.clock.now() + end})
