"""Which status follows without a call, when, and what the endpoint serves in the meantime."""

from __future__ import annotations

from datetime import timedelta

from simulation.declarations import variant
from tests.support.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_an_unscheduled_experiment_starts_at_once_and_ends_after_seven_days(world: World) -> None:
    world.create()
    seen = [world.status()]
    for step in (30, 5 * 60, 7 * 86400 - 5 * 60, 4 * 60):
        world.clock.advance(step)
        seen.append(world.status())

    assert seen == ["Creating", "Starting", "Running", "Stopping", "Completed"]


def test_a_scheduled_experiment_waits_in_created(world: World) -> None:
    world.create(Schedule=world.schedule(DAY, end=3 * DAY))

    world.clock.advance(HOUR)
    assert world.status() == "Created"
    world.clock.advance(DAY - HOUR)
    assert world.status() == "Starting"
    world.clock.advance(5 * MINUTE)
    assert world.status() == "Running"
    world.clock.advance(2 * DAY)
    assert world.status() == "Completed"


def test_states_move_by_the_clock_and_not_by_calls(world: World) -> None:
    world.create(Schedule=world.schedule(DAY, end=3 * DAY))
    world.clock.advance(10 * DAY)

    described = world.describe()

    assert described["Status"] == "Completed"
    started = world.start + DAY
    assert described["Schedule"] == {"StartTime": started, "EndTime": started + 2 * DAY}
    assert described["CompletionTime"] == started + 2 * DAY + 4 * MINUTE


def test_the_endpoint_follows_the_test_and_comes_back(world: World) -> None:
    world.create(EndpointName="shop")
    before = world.endpoint()
    world.clock.advance(30)

    starting = world.endpoint()
    assert (starting["EndpointStatus"], starting["EndpointConfigName"]) == ("Updating", "shop-before")
    assert starting["PendingDeploymentSummary"]["ShadowProductionVariants"][0]["VariantName"] == "Shadow-01"
    assert world.describe()["EndpointMetadata"]["EndpointStatus"] == "Updating"

    world.clock.advance(5 * MINUTE)
    running = world.endpoint()
    assert running["EndpointStatus"] == "InService"
    assert running["EndpointConfigName"] not in ("shop-before", "")
    assert "PendingDeploymentSummary" not in running
    assert [each["CurrentWeight"] for each in running["ShadowProductionVariants"]] == [0.5]
    assert world.describe()["EndpointMetadata"]["EndpointConfigName"] == running["EndpointConfigName"]

    world.clock.advance(7 * DAY)
    after = world.endpoint()
    assert after["EndpointConfigName"] == "shop-before"
    assert after["ProductionVariants"] == before["ProductionVariants"]
    assert "ShadowProductionVariants" not in after


def test_during_the_test_the_endpoint_serves_what_the_experiment_declares(world: World) -> None:
    production = variant("AllTraffic", "champion", "ml.c5.xlarge", 3)
    shadow = variant("Shadow-01", "challenger", "ml.g5.xlarge", 2)
    storage = {"Destination": "s3://captured/here", "ContentType": {"JsonContentTypes": ["application/json"]}}
    world.create(ModelVariants=[shadow, production], DataStorageConfig=storage, KmsKey="the-key")
    world.clock.advance(HOUR)

    served = world.served()

    assert served["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "ModelName": "champion",
            "InstanceType": "ml.c5.xlarge",
            "InitialInstanceCount": 3,
            "InitialVariantWeight": 1.0,
        }
    ]
    assert served["ShadowProductionVariants"][0]["InitialInstanceCount"] == 2
    assert served["ShadowProductionVariants"][0]["InitialVariantWeight"] == 0.5
    assert served["KmsKeyId"] == "the-key"
    assert served["DataCaptureConfig"]["DestinationS3Uri"] == "s3://captured/here"
    assert world.endpoint()["DataCaptureConfig"]["CaptureStatus"] == "Started"


def test_the_variants_tell_what_becomes_of_them(world: World) -> None:
    world.create()
    seen = [world.variant_statuses()]
    for step in (30 * timedelta(seconds=1), 5 * MINUTE, 7 * DAY - 5 * MINUTE, 4 * MINUTE):
        world.clock.advance(step)
        seen.append(world.variant_statuses())

    assert seen == [
        {"AllTraffic": "InService", "Shadow-01": "Creating"},
        {"AllTraffic": "Updating", "Shadow-01": "Creating"},
        {"AllTraffic": "InService", "Shadow-01": "InService"},
        {"AllTraffic": "Updating", "Shadow-01": "Deleting"},
        {"AllTraffic": "InService", "Shadow-01": "Deleted"},
    ]


def test_start_begins_a_scheduled_experiment_early_and_keeps_its_end(world: World) -> None:
    world.create(Schedule=world.schedule(2 * DAY, end=3 * DAY))
    world.clock.advance(HOUR)

    world.call("StartInferenceExperiment", Name="trial")

    assert world.status() == "Starting"
    described = world.describe()["Schedule"]
    assert described == {"StartTime": world.clock.now(), "EndTime": world.schedule(end=3 * DAY)["EndTime"]}


def test_an_end_alone_starts_at_once(world: World) -> None:
    world.create(Schedule=world.schedule(end=2 * HOUR))
    world.clock.advance(HOUR)
    assert world.status() == "Running"
    world.clock.advance(HOUR)
    assert world.status() in ("Stopping", "Completed")


def test_an_endpoint_that_is_gone_when_the_test_should_start_cancels_it(world: World) -> None:
    world.create(Schedule=world.schedule(DAY, end=2 * DAY))
    world.call("DeleteEndpoint", EndpointName="shop")
    world.clock.advance(DAY)

    described = world.describe()

    assert described["Status"] == "Cancelled"
    assert "shop" in described["StatusReason"]
    assert described["EndpointMetadata"] == {"EndpointName": "shop"}


def test_deleting_an_experiment_leaves_the_endpoint_alone(world: World) -> None:
    world.reach("Running")
    world.stop(ModelVariantActions={"AllTraffic": "Retain", "Shadow-01": "Retain"})
    world.clock.advance(HOUR)
    serving = world.endpoint()

    world.call("DeleteInferenceExperiment", Name="trial")

    assert world.endpoint() == serving
    assert serving["ShadowProductionVariants"]
