"""Each point that AWS does not document, with both possibilities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.sagemaker import Behaviour, ServiceError
from simulation.declarations import shadow_mode, variant
from tests.support.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(("pauses", "seen"), [(True, ["Created", "Starting"]), (False, ["Starting", "Starting"])])
def test_an_unscheduled_experiment_may_pause_in_created(pauses: bool, seen: list[str]) -> None:
    world = World(unscheduled_passes_created=pauses)
    world.create()
    world.clock.advance(30)
    first = world.status()
    world.clock.advance(MINUTE)
    assert [first, world.status()] == seen


def test_stop_may_be_legal_in_created() -> None:
    world = World(stop_in_created=True)
    world.reach("Created")
    serving = world.endpoint()

    world.stop(
        ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"}, DesiredState="Cancelled", Reason="no"
    )

    assert world.status() == "Stopping"
    world.clock.advance(4 * MINUTE)
    described = world.describe()
    assert (described["Status"], described["StatusReason"]) == ("Cancelled", "no")
    assert world.endpoint() == serving


@pytest.mark.parametrize("early", [True, False])
def test_the_shadow_of_a_scheduled_test_may_be_deployed_before_the_start(early: bool) -> None:
    world = World(shadow_deployed_before_start=early, stop_in_created=True)
    world.reach("Created")
    world.clock.advance(6 * MINUTE)
    before = "ShadowProductionVariants" in world.endpoint()

    world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"})
    world.clock.advance(6 * MINUTE)

    assert [before, "ShadowProductionVariants" in world.endpoint()] == [early, False]


def test_a_stop_may_show_late() -> None:
    world = World(stop_shows_after=MINUTE)
    world.reach("Running")
    world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"})

    first, listed = world.status(), world.call("ListInferenceExperiments")["InferenceExperiments"][0]["Status"]
    with pytest.raises(ServiceError):
        world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"})
    world.clock.advance(MINUTE)

    assert [first, listed, world.status()] == ["Running", "Running", "Stopping"]


def test_the_endpoint_may_be_updated_before_a_test_has_ended() -> None:
    world = World(endpoint_first_by=MINUTE)
    world.reach("Running")
    world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"})

    world.clock.advance(world.service.behaviour.stopping)
    first = [world.status(), "ShadowProductionVariants" in world.endpoint()]
    world.clock.advance(MINUTE)

    assert [first, world.status()] == [["Stopping", False], "Completed"]


def test_delete_may_be_illegal_in_created() -> None:
    world = World(delete_in_created=False)
    world.reach("Created")
    with pytest.raises(ServiceError) as refused:
        world.call("DeleteInferenceExperiment", Name="trial")
    assert refused.value.code == "ConflictException"


@pytest.mark.parametrize("reported", [True, False])
def test_the_actual_start_may_be_reported(reported: bool) -> None:
    world = World(reports_actual_start=reported)
    world.create()
    assert "Schedule" not in world.describe()
    world.clock.advance(30)
    started = world.clock.now()

    schedule = world.describe().get("Schedule")

    assert schedule == ({"StartTime": started, "EndTime": started + 7 * DAY} if reported else None)


def test_what_was_asked_is_reported_otherwise() -> None:
    world = World(reports_actual_start=False)
    world.create(Schedule=world.schedule(2 * DAY, end=3 * DAY))
    world.clock.advance(HOUR)
    world.call("StartInferenceExperiment", Name="trial")
    assert world.describe()["Schedule"] == world.schedule(2 * DAY, end=3 * DAY)


@pytest.mark.parametrize(("keeps", "name"), [(True, "Shadow-01"), (False, "AllTraffic")])
def test_a_promoted_variant_may_take_over_the_name(keeps: bool, name: str) -> None:
    world = World(promoted_keeps_shadow_name=keeps)
    world.reach("Completed")
    (served,) = world.served()["ProductionVariants"]
    assert (served["VariantName"], served["ModelName"]) == (name, "challenger")


@pytest.mark.parametrize(
    ("given", "reported"),
    [
        ("1234-abcd", "arn:aws:kms:us-east-1:123456789012:key/1234-abcd"),
        ("alias/mine", "arn:aws:kms:us-east-1:123456789012:alias/mine"),
        ("arn:aws:kms:us-east-1:123456789012:key/1", "arn:aws:kms:us-east-1:123456789012:key/1"),
    ],
)
def test_a_kms_key_may_be_reported_as_an_arn(given: str, reported: str) -> None:
    storage = {"Destination": "s3://here", "KmsKey": given}
    for as_arn, expected in ((False, given), (True, reported)):
        world = World(kms_key_reported_as_arn=as_arn)
        world.create(KmsKey=given, DataStorageConfig=storage)
        described = world.describe()
        assert (described["KmsKey"], described["DataStorageConfig"]["KmsKey"]) == (expected, expected)


def test_tags_may_come_late() -> None:
    world = World(tags_visible_after=MINUTE)
    arn = world.create(Tags=[{"Key": "a", "Value": "1"}])
    assert world.call("ListTags", ResourceArn=arn)["Tags"] == []
    world.clock.advance(MINUTE)
    world.call("AddTags", ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    world.clock.advance(MINUTE / 2)
    world.call("DeleteTags", ResourceArn=arn, TagKeys=["a"])
    seen = [world.call("ListTags", ResourceArn=arn)["Tags"]]
    for _ in range(2):
        world.clock.advance(MINUTE / 2)
        seen.append(world.call("ListTags", ResourceArn=arn)["Tags"])
    assert seen == [[{"Key": "a", "Value": "1"}], [{"Key": "a", "Value": "2"}], []]


def test_an_experiment_may_be_visible_late() -> None:
    world = World(visible_after_create=MINUTE)
    arn = world.create()
    for operation, arguments in [
        ("DescribeInferenceExperiment", {"Name": "trial"}),
        ("DeleteInferenceExperiment", {"Name": "trial"}),
        ("ListTags", {"ResourceArn": arn}),
    ]:
        with pytest.raises(ServiceError) as unknown:
            world.call(operation, **arguments)
        assert unknown.value.code == "ResourceNotFound"
    assert world.call("ListInferenceExperiments")["InferenceExperiments"] == []
    with pytest.raises(ServiceError) as taken:
        world.create()
    assert taken.value.code == "ResourceInUse"
    world.clock.advance(MINUTE)
    assert world.status() == "Starting"


def test_a_sampling_of_zero_may_be_refused() -> None:
    World().create(ShadowModeConfig=shadow_mode(0))
    with pytest.raises(ServiceError, match="SamplingPercentage must be 1 or more"):
        World(sampling_zero_allowed=False).create(ShadowModeConfig=shadow_mode(0))


def test_a_stop_with_another_model_may_be_refused() -> None:
    world = World(stop_deploys_another_model=False)
    world.reach("Running")
    actions = {"Shadow-01": "Remove", "AllTraffic": "Retain"}
    with pytest.raises(ServiceError, match="must have the model of the experiment, champion"):
        world.stop(ModelVariantActions=actions, DesiredModelVariants=[variant("AllTraffic", "contender")])
    assert world.status() == "Running"


def test_an_endpoint_may_be_updated_while_a_test_is_deployed_on_it() -> None:
    world = World()
    world.reach("Running")
    world.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")
    assert world.endpoint()["EndpointStatus"] == "Updating"


@pytest.mark.parametrize("name", ["shop", "SHOP"])
def test_an_update_of_an_endpoint_may_be_refused_while_a_test_is_deployed_on_it(name: str) -> None:
    world = World(endpoint_updated_during_test=False)
    update = {"EndpointName": name, "EndpointConfigName": "shop-before"}
    world.reach("Running")
    with pytest.raises(ServiceError, match=r"Cannot update endpoint shop while .*trial is Running"):
        world.call("UpdateEndpoint", **update)
    world.stop(ModelVariantActions={"Shadow-01": "Remove", "AllTraffic": "Retain"})
    with pytest.raises(ServiceError, match="trial is Stopping"):
        world.call("UpdateEndpoint", **update)
    world.clock.advance(HOUR)
    world.call("UpdateEndpoint", **update)
    assert world.endpoint()["EndpointStatus"] == "Updating"


@pytest.mark.parametrize("deployed", [False, True], ids=["not deployed yet", "deployed"])
def test_a_scheduled_test_prevents_an_update_of_its_endpoint_only_if_it_is_deployed(deployed: bool) -> None:
    world = World(endpoint_updated_during_test=False, shadow_deployed_before_start=deployed)
    world.reach("Created")
    world.clock.advance(HOUR)
    update = {"EndpointName": "shop", "EndpointConfigName": "shop-before"}
    if deployed:
        with pytest.raises(ServiceError, match="trial is Created"):
            world.call("UpdateEndpoint", **update)
    else:
        world.call("UpdateEndpoint", **update)


def test_a_test_does_not_prevent_updates_of_another_endpoint() -> None:
    world = World(endpoint_updated_during_test=False)
    world.call("CreateEndpoint", EndpointName="other", EndpointConfigName="shop-before")
    world.reach("Running")
    world.call("UpdateEndpoint", EndpointName="other", EndpointConfigName="shop-before")


def test_a_deleted_endpoint_can_not_be_updated_whatever_its_tests() -> None:
    world = World(endpoint_updated_during_test=False)
    world.reach("Running")
    world.call("DeleteEndpoint", EndpointName="shop")
    world.clock.advance(HOUR)
    with pytest.raises(ServiceError, match="Could not find endpoint"):
        world.call("UpdateEndpoint", EndpointName="shop", EndpointConfigName="shop-before")


def test_the_minimum_duration_can_be_changed() -> None:
    world = World(minimum_duration=MINUTE)
    world.create(Schedule=world.schedule(end=10 * MINUTE))


def test_durations_may_be_given_in_seconds() -> None:
    changed = Behaviour().changed({"starting": 2, "stop_in_created": True, "stopping": MINUTE})
    assert (changed.starting, changed.stop_in_created, changed.stopping) == (timedelta(seconds=2), True, MINUTE)
    with pytest.raises(ValueError, match="unknown behaviour: nonsense"):
        Behaviour().changed({"nonsense": 1})
