"""What may be live before a deployment, and how a declaration may change."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.sagemaker.errors import ServiceError
from simulation.declarations import (
    CHALLENGER,
    CHAMPION,
    ENDPOINT,
    PRODUCTION,
    PROMOTE,
    RETAIN,
    SHADOW,
    Declaration,
    as_served,
    declared,
    shadow_mode,
    variant,
)
from simulation.endpoints import served
from tests.support.endpoint import begin_to_deploy, delete, deploy, forget_configuration, scale
from tests.support.foreign import THEIRS, make_theirs
from tests.support.stack import Stack

STARTS_LATER = {"StartTime": datetime(2030, 1, 20, tzinfo=UTC)}
LATER = {"StartTime": "2030-01-20T00:00:00Z", "Duration": "P5D"}


@dataclass
class Scene:
    """A stack with a test that was deployed, or none, and what others have done since."""

    stack: Stack = field(default_factory=Stack)
    deployed: Declaration | None = None
    physical_id: str | None = None

    @property
    def name(self) -> str:
        assert self.physical_id is not None
        return self.physical_id

    def shadow(self) -> str:
        mode = self.stack.describe(self.name)["ShadowModeConfig"]
        return str(mode["ShadowModelVariants"][0]["ShadowModelVariantName"])

    def update(self, **changes: Any) -> None:
        """The stack deploys a change, and it may fail."""
        assert self.deployed is not None
        new = deepcopy(self.deployed) | changes
        if self.stack.update(self.deployed, new, self.name).succeeded:
            self.deployed = new

    def stop(self, **more: Any) -> None:
        actions = {PRODUCTION: "Retain", self.shadow(): "Remove"}
        self.stack.call("StopInferenceExperiment", Name=self.name, ModelVariantActions=actions, **more)


BASES: dict[str, Declaration] = {
    "declared": declared(),
    "as served": as_served(),
    "scheduled": declared(Schedule=LATER),
    "scheduled as served": as_served(Schedule=LATER),
    "until": declared(Schedule={"EndTime": "2030-01-15T00:00:00Z"}),
    "promotes on delete": declared(OnDelete={"ModelVariantActions": PROMOTE}),
    "keeps on delete": declared(OnDelete={"ModelVariantActions": RETAIN, "Record": "Retain"}),
    "not waited for": as_served(WaitFor="Created"),
    "described": declared(Description="first", Tags=[{"Key": "team", "Value": "shop"}]),
    "named": declared(Name="trial"),
}

Event = Callable[[Scene], object]


def _attempt(act: Event) -> Event:
    """What SageMaker refuses now does not happen."""

    def attempted(scene: Scene) -> None:
        with suppress(ServiceError):
            act(scene)

    return attempted


def _stopped(scene: Scene, **more: Any) -> None:
    scene.stop(**more)
    scene.stack.clock.advance(timedelta(minutes=20))


def _started(scene: Scene) -> None:
    scene.stack.call("StartInferenceExperiment", Name=scene.name)
    scene.stack.clock.advance(timedelta(minutes=20))


def _removed(scene: Scene) -> None:
    _stopped(scene)
    scene.stack.call("DeleteInferenceExperiment", Name=scene.name)


def _strip(scene: Scene) -> None:
    arn = scene.stack.describe(scene.name)["Arn"]
    keys = list(scene.stack.tags(scene.name))
    scene.stack.call("DeleteTags", ResourceArn=arn, TagKeys=keys)


def _resample(scene: Scene, *, waits: bool = True) -> None:
    scene.stack.call(
        "UpdateInferenceExperiment",
        Name=scene.name,
        ShadowModeConfig=shadow_mode(33, shadow=scene.shadow()),
    )
    if waits:
        scene.stack.clock.advance(timedelta(minutes=10))


def _describe(scene: Scene) -> None:
    """Not during an update of the endpoint: whose that is would not show."""
    if scene.stack.call("DescribeEndpoint", EndpointName=ENDPOINT)["EndpointStatus"] == "InService":
        scene.stack.call("UpdateInferenceExperiment", Name=scene.name, Description="theirs")


def _deploy_unless_it_changes(scene: Scene) -> None:
    """Not while the test starts or is updated: the plan assumes that the test then causes the endpoint's update."""
    if scene.stack.describe(scene.name)["Status"] not in ("Creating", "Starting", "Updating"):
        begin_to_deploy(scene.stack, [served(PRODUCTION, "contender")])


EVENTS: dict[str, Event] = {
    name: _attempt(act)
    for name, act in {
        "an hour passes": lambda scene: scene.stack.clock.advance(timedelta(hours=1)),
        "a month passes": lambda scene: scene.stack.clock.advance(timedelta(days=31)),
        "somebody resamples": _resample,
        "somebody is resampling": lambda scene: _resample(scene, waits=False),
        "somebody describes": _describe,
        "somebody stops": _stopped,
        "somebody cancels": lambda scene: _stopped(scene, DesiredState="Cancelled"),
        "somebody is stopping": lambda scene: scene.stop(),
        "somebody removes": _removed,
        "somebody starts": _started,
        "somebody strips the tags": _strip,
        "production scales": lambda scene: scale(scene.stack, 4),
        "somebody deploys": lambda scene: deploy(scene.stack, [served(PRODUCTION, "contender")]),
        "somebody deploys both": lambda scene: deploy(
            scene.stack, [served(PRODUCTION, "contender")], [served(scene.shadow(), CHALLENGER)]
        ),
        "somebody is deploying": _deploy_unless_it_changes,
        "somebody deletes the endpoint": lambda scene: delete(scene.stack),
        "the configuration is deleted": lambda scene: forget_configuration(scene.stack),
        "promoted": lambda scene: scene.update(
            DesiredState="Completed", ModelVariantActions={_shadow_of(scene.deployed or {}): "Promote"}
        ),
        "called off": lambda scene: scene.update(DesiredState="Cancelled"),
        "sampling 50": lambda scene: scene.update(ShadowModeConfig=_sampled(scene.deployed, 50)),
    }.items()
}


def _sampled(properties: Declaration | None, sampling: int) -> dict[str, Any]:
    assert properties is not None
    mode: dict[str, Any] = deepcopy(properties["ShadowModeConfig"])
    mode["ShadowModelVariants"][0]["SamplingPercentage"] = sampling
    return mode


def _theirs(scene: Scene, since: timedelta, **more: Any) -> None:
    make_theirs(scene.stack, **more)
    scene.stack.clock.advance(since)


FIRST: dict[str, Event] = {
    "nothing": lambda scene: None,
    "production scaled": lambda scene: scale(scene.stack, 3),
    "somebody deployed": lambda scene: deploy(scene.stack, [served(PRODUCTION, "contender")]),
    "somebody is deploying": lambda scene: begin_to_deploy(scene.stack, [served(PRODUCTION, "contender")]),
    "a shadow is there": lambda scene: deploy(scene.stack, [served()], [served("Other", CHALLENGER)]),
    "the endpoint is gone": lambda scene: delete(scene.stack),
    "theirs runs": lambda scene: _theirs(scene, timedelta(minutes=20)),
    "theirs starts": lambda scene: _theirs(scene, timedelta(minutes=1)),
    "theirs is scheduled": lambda scene: _theirs(scene, timedelta(minutes=20), Schedule=STARTS_LATER),
}

Edit = Callable[[Declaration], Declaration | None]


def _edited(**changes: Any) -> Edit:
    def edit(properties: Declaration) -> Declaration:
        edited = deepcopy(properties) | changes
        return {key: value for key, value in edited.items() if value is not None}

    return edit


def _shadow_of(properties: Declaration) -> str:
    shadow = properties["ShadowModeConfig"]["ShadowModelVariants"][0]
    return str(shadow.get("ShadowModelVariantName", "Shadow"))


def _another_model(properties: Declaration) -> Declaration:
    edited = deepcopy(properties)
    edited["ModelVariants"][-1]["ModelName"] = "contender"
    return edited


def _ending(action: str, **more: Any) -> Edit:
    def edit(properties: Declaration) -> Declaration:
        return deepcopy(properties) | {"ModelVariantActions": {_shadow_of(properties): action}, **more}

    return edit


CHANGES: dict[str, Edit] = {
    "removed": lambda properties: None,
    "sampling": lambda properties: properties | {"ShadowModeConfig": _sampled(properties, 70)},
    "another model": _another_model,
    "new run": _edited(Run="2", Name=None),
    "another name": _edited(Name="other", Run=None),
    "theirs": _edited(Name=THEIRS, Run=None, AdoptExisting=True),
    "not theirs": _edited(Name=THEIRS, Run=None),
    "two days": _edited(Schedule={"Duration": "P2D"}),
    "later": _edited(Schedule=LATER | {"Duration": "P6D"}),
    "now": _edited(Schedule=None),
    "past": _edited(Schedule={"EndTime": "2029-12-01T00:00:00Z"}),
    "described": _edited(Description="second"),
    "tagged": _edited(Tags=[{"Key": "team", "Value": "search"}]),
    "captured": _edited(DataStorageConfig={"Destination": "s3://bucket/capture"}),
    "two shadows": lambda properties: properties | {"ModelVariants": _sized(properties)},
    "pinned": lambda properties: (
        properties
        | {
            "ModelVariants": [variant(PRODUCTION, CHAMPION), variant(SHADOW, CHALLENGER)],
            "ShadowModeConfig": shadow_mode(10),
        }
    ),
    "promoted": _ending("Promote", DesiredState="Completed"),
    "concluded": _ending("Remove", DesiredState="Completed"),
    "retained": _ending("Retain", DesiredState="Completed"),
    "called off": _edited(DesiredState="Cancelled"),
    "faulty": _edited(Schedule={"Duration": "P90D"}),
    "elsewhere": _edited(EndpointName="elsewhere"),
    "not waited for": _edited(WaitFor="Created"),
    "promotes on delete": lambda properties: (
        properties | {"OnDelete": {"ModelVariantActions": {_shadow_of(properties): "Promote"}}}
    ),
}


def _sized(properties: Declaration) -> list[dict[str, Any]]:
    variants: list[dict[str, Any]] = deepcopy(properties["ModelVariants"])
    variants[-1] = variant(_shadow_of(properties), variants[-1]["ModelName"], count=2)
    if len(variants) == 1:
        del variants[-1]["VariantName"]
    return variants
