"""A test that someone else has created, and that the stack takes over (``AdoptExisting``)."""

from datetime import datetime, timedelta
from typing import Any

from campaign.extras import Extras
from campaign.handler_calls import HandlerCall
from campaign.invariants import ENDED
from campaign.judge import Judge
from campaign.world import World
from inference_experiment_handler.plan.stack import FRESH
from simulation.declarations import MODELS, REMOVE, SHADOW, Declaration, variant

_PREFIX = "sagemaker-inference-experiment:"
_STATUS_OF_STACK = FRESH + timedelta(seconds=5)
"""How long a call can follow from one status of the stack: it is valid for a while, and the call takes a moment."""
_ENDS = ("StopInferenceExperiment", "DeleteInferenceExperiment")


class Takeover:
    """Creates the test, and checks what happens to it."""

    def __init__(self, world: World, judge: Judge, extras: Extras) -> None:
        self._world, self._judge, self._dice = world, judge, extras.dice("takeover")
        self._stack, self._name = judge.stack, judge.resource.given_name
        self.added = extras.added
        self._taken = False
        self._let_go: datetime | None = None

    def prepare(self, declared: Declaration) -> None:
        """Creates the test. From now on, the declaration takes it over."""
        kind = self._dice.choice(["as declared", "as declared", "as declared", "almost", "almost", "another", "ended"])
        declared |= {"Name": self._name, "AdoptExisting": True}
        self._world.policy.adopted.add(self._name.lower())
        self._judge.adopts = True
        asked = self._asked(declared)
        if kind == "almost":
            asked["Description"] = "made by hand"
            asked["ShadowModeConfig"]["ShadowModelVariants"][0]["SamplingPercentage"] = self._dice.randrange(101)
        elif kind == "another":
            asked["ModelVariants"][1] = variant(SHADOW, self._dice.choice(MODELS[1:]))
        self._world.scene.somebody("CreateInferenceExperiment", **asked)
        if kind == "ended":
            self._end()
        self._world.scheduler.sleep(self._dice.choice([0, 60, 600, 7200]))

    def _end(self) -> None:
        self._world.scheduler.sleep(3 * 3600)
        if self._live()["Status"] == "Running":
            state = self._dice.choice(ENDED)
            self._world.scene.somebody(
                "StopInferenceExperiment", Name=self._name, ModelVariantActions=REMOVE, DesiredState=state
            )
            self._world.scheduler.sleep(2 * 3600)

    def _asked(self, declared: Declaration) -> dict[str, Any]:
        """The parameters of CreateInferenceExperiment for the declared test."""
        same = ("Name", "RoleArn", "EndpointName", "DataStorageConfig", "KmsKey")
        asked: dict[str, Any] = {key: declared[key] for key in same if key in declared}
        asked["ModelVariants"] = list(declared["ModelVariants"])
        mode = declared["ShadowModeConfig"]
        asked["ShadowModeConfig"] = mode | {"ShadowModelVariants": [dict(mode["ShadowModelVariants"][0])]}
        schedule = declared["Schedule"]
        given = {key: datetime.fromisoformat(schedule[key]) for key in ("StartTime", "EndTime") if key in schedule}
        if "EndTime" not in given:
            start = given.get("StartTime", self._world.scheduler.now())
            given["EndTime"] = start + timedelta(days=int(schedule["Duration"][1:-1]))
        return asked | {"Type": "ShadowMode", "Schedule": given, "Tags": [{"Key": "team", "Value": "ranking"}]}

    def creation_ended(self) -> None:
        """Runs the checks some time after the operation that should take the test over."""
        self._taken = self._stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        if self._stack.status in ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            self._let_go = self._stack.requests[-1].settled_at
            self._check_it_went_on()

    def look_back(self) -> None:
        live = self._live()
        if self._let_go is not None:
            self._check_it_went_on()
            return
        to_go = self._taken and self._stack.status == "DELETE_COMPLETE" and not self._judge.excuses.given_up
        excused = self._stack.leaked | self._judge.written_off
        if to_go and live and live["Status"] not in ENDED and self._name not in excused:
            self._judge.violated(2, f"{self._name} was taken over, and is {live['Status']} when all is over")

    def _check_it_went_on(self) -> None:
        """Checks that the rollback leaves the test as it is, without an owner, because it existed before the stack."""
        live, calls = self._live(), [each for each in self._world.calls.made if each.name == self._name.lower()]
        # The Delete of the rollback may not have seen the tags. Then a repeated Create removes them, perhaps later.
        first_release = next((each for each in calls if self._releases(each)), None)
        for call in calls:
            what = f"{call.request} {call.operation} of {self._name}"
            if call.operation in _ENDS and not call.code:
                self._judge.violated(5, f"{what}, whose takeover is taken back")
            elif call.code or self._let_go is None or call is first_release:
                continue
            elif call.at > self._let_go + _lag(call.operation):
                self._judge.violated(3, f"{what}, which is nobody's any more")
        tags = self._world.service.tags_by_arn().get(live["Arn"], {}) if live else {}
        left = [key for key in tags if key.startswith(_PREFIX)]
        if left and not self._judge.excuses.given_up:
            self._judge.violated(5, f"the takeover of {self._name} is taken back, and it still has {left}")

    def _releases(self, call: HandlerCall) -> bool:
        """Whether a Create removes the tags of its takeover."""
        created = {each.id for each in self._stack.requests if each.kind == "Create"}
        of_owner = all(key.startswith(_PREFIX) for key in call.parameters.get("TagKeys", ()))
        return call.operation == "DeleteTags" and not call.code and call.request in created and of_owner

    def _live(self) -> dict[str, Any]:
        return self._world.service.experiment(self._name) or {}


def _lag(operation: str) -> timedelta:
    """How long after the release of the test the handler may still call an operation.

    A repeated Create may also release the test, while the tags that the Delete has removed are still visible. Any other
    call may follow from the status that the stack had shortly before.
    """
    return timedelta(minutes=1) if operation == "DeleteTags" else _STATUS_OF_STACK
