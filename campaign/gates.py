"""Promotions with a gate (``PromoteIf``), and the CloudWatch by which it is judged."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from campaign import measurements
from campaign.gate_judge import GateJudge
from campaign.handler_calls import HandlerCall
from campaign.judge import Judge
from campaign.measurements import Measurements
from campaign.world import World
from inference_experiment_handler.model.tags import PENDING_STOP
from local.sagemaker import ServiceError
from local.sagemaker.publisher import Publisher
from local.sagemaker.traffic import Datum, Performance, Traffic
from simulation.cloudwatch import Refusal
from simulation.declarations import PROMOTE, SHADOW, Declaration

_MANY, _FEW = 6000.0, 1.0
"""Requests per minute. The shadow variant gets a share of them."""
_BAD = {SHADOW: Performance(latency_ms=1000.0, errors_5xx=0.5)}
_TRAFFIC = {
    "good": Traffic(requests_per_minute=_MANY),
    "bad": Traffic(requests_per_minute=_MANY, performances=_BAD),
    "scant": Traffic(requests_per_minute=_FEW),
    "none": Traffic(),
}
_COURSES = (
    *(4 * ((("good", 75),),)),
    (("bad", 75),),
    (("scant", 75),),
    *(2 * ((("none", 75),),)),
    *(2 * ((("bad", 68), ("good", 7)),)),
    (("good", 68), ("bad", 7)),
    (("none", 65), ("good", 10)),
)
"""The traffic in the minutes before an update."""
_FAULTS = ("none",) * 8 + ("late", "partial", "forbidden", "message", "note", "denied", "throttled", "missing", "pages")
_METRICS = ("Invocations", "InvocationModelErrors", "Invocation5XXErrors", "ModelLatency")


class Gates:
    """Declares gates, and lets the metrics, and what CloudWatch says of them, change."""

    def __init__(self, world: World, judge: Judge, dice: Random) -> None:
        self._world, self._stack, self._dice = world, judge.stack, dice
        self._endpoint = judge.resource.endpoint
        self._publisher = Publisher(world.service)
        self._meddled = judge.meddled
        self._measured = Measurements(self._endpoint)
        self._missing: set[str] = set()
        self._update = 0
        world.cloudwatch.source = self._published
        world.calls.on_success.append(self._called)
        self._judge = GateJudge(world, judge, self._measured)

    def begin(self, declared: Declaration) -> None:
        """Lets most tests start at once, and run for long, because only a running test can be promoted."""
        if self._dice.random() < 0.8:
            declared["Schedule"] = {"Duration": "P30D"}

    def prepare(self, declared: Declaration, before: Declaration) -> None:
        """Adds a gate to a declaration, or only concludes the previous one. If the gate may decide, time passes."""
        if self._dice.random() < 0.5:
            if self._dice.random() < 0.7:
                declared.clear()
                declared |= deepcopy(before)
            declared.pop("DesiredModelVariants", None)
            declared |= {"DesiredState": "Completed", "ModelVariantActions": dict(PROMOTE)}
        declared.pop("PromoteIf", None)
        promotes = declared.get("ModelVariantActions", {}).get(SHADOW) == "Promote"
        if not promotes and self._dice.random() < 0.7:
            return
        declared["PromoteIf"] = self._gate()
        if promotes and self._is_running():
            self._pass_time()

    def approach(self) -> None:
        """An update is about to begin. A promotion may have to wait, and the metrics may change meanwhile."""
        self._update += 1
        if self._is_running() and self._dice.random() < 0.5:
            self._dice.choice([self._redeploy, self._redeploy, self._edit, self._occupy])()
            if self._dice.random() < 0.7:
                # A metric of which a part is missing decides at once that the gate doesn't hold.
                self._later(partial(self._become, "message"), self._dice.uniform(5, 300))
        if self._dice.random() < 0.5:
            self._later(self._change, self._dice.uniform(0, 1800))

    def ended(self) -> None:
        """The update is over, and the endpoint gets no requests until the next one."""
        self._update += 1
        self._world.sagemaker.busy_until.clear()
        self._flow("none")
        self._become("none")

    def _gate(self) -> dict[str, Any]:
        dice = self._dice
        dimensions = {"EndpointName": self._endpoint, "VariantName": SHADOW}
        metrics: list[dict[str, Any]] = [
            {"Type": "Traffic", "MinInvocations": measurements.FEWEST},
            {"Type": "ErrorRate", dice.choice(["Max", "MaxIncrease"]): measurements.HIGHEST_RATE},
            {"Type": "Latency", "Statistic": "p90"} | dice.choice([{"Max": measurements.LONGEST_MS}, {"MaxRatio": 3}]),
            {
                "Type": "Metric",
                "Namespace": "AWS/SageMaker",
                "MetricName": measurements.FAILURES,
                "Dimensions": dimensions,
                "Statistic": "Sum",
                "Max": measurements.MOST_FAILURES,
            },
        ]
        criteria = dice.sample(metrics, dice.choice([1, 1, 1, 2, 2, 3, 4]))
        if dice.random() < 0.2:
            criteria.append({"Type": "Alarms", "AlarmNames": [measurements.ALARM]})
        reported = [{"Type": "Running", "AtLeast": "P20D", "Enforce": False}] if dice.random() < 0.3 else []
        window = {"Window": dice.choice(["PT1H", "PT2H"])} if dice.random() < 0.8 else {}
        patience = {"Patience": dice.choice(["PT10M", "PT30M"])} if dice.random() < 0.5 else {}
        return {"Criteria": criteria + reported, **window, **patience}

    def _is_running(self) -> bool:
        found = self._world.service.experiment(self._stack.physical_id)
        return found is not None and found["Status"] == "Running"

    def _pass_time(self) -> None:
        self._become(self._dice.choice(_FAULTS))
        for what, minutes in self._dice.choice(_COURSES):
            self._flow(what)
            self._world.scheduler.sleep(60 * minutes)

    def _redeploy(self) -> None:
        self._world.scene.redeploy(self._endpoint)

    def _edit(self) -> None:
        """Lets someone else update the test."""
        with suppress(ServiceError):
            name = self._stack.physical_id
            self._world.scene.somebody("UpdateInferenceExperiment", Name=name, Description="somebody else's")
            self._meddled()

    def _occupy(self) -> None:
        """SageMaker rejects the Stop for some minutes."""
        until = self._world.scheduler.now() + timedelta(seconds=self._dice.uniform(60, 600))
        self._world.sagemaker.busy_until["StopInferenceExperiment"] = until

    def _later(self, change: Callable[[], None], seconds: float) -> None:
        """Makes a change then, if the update is not over."""
        update = self._update

        def unless_over() -> None:
            if update == self._update:
                change()

        self._world.scheduler.spawn(unless_over, seconds=seconds)

    def _change(self) -> None:
        if self._dice.random() < 0.5:
            self._flow(self._dice.choice(["good", "bad", "none"]))
        else:
            self._become(self._dice.choice(_FAULTS))

    def _flow(self, what: str) -> None:
        # What has passed until now has the traffic of before.
        self._world.service.settle()
        self._publisher.traffic = _TRAFFIC[what]

    def _become(self, fault: str) -> None:
        """From now on, CloudWatch has this fault alone."""
        cloudwatch, metric = self._world.cloudwatch, self._dice.choice(_METRICS)
        message = [{"Code": "ArithmeticError", "Value": "injected"}]
        statuses = {"partial": "PartialData", "forbidden": "Forbidden"}
        refusals = {"denied": Refusal("AccessDenied", status=403), "throttled": Refusal("Throttling")}
        cloudwatch.late = timedelta(minutes=self._dice.choice([5, 20, 90])) if fault == "late" else timedelta()
        cloudwatch.statuses = {metric: statuses[fault]} if fault in statuses else {}
        cloudwatch.messages = message if fault == "message" else []
        cloudwatch.notes = {metric: message} if fault == "note" else {}
        guarded = {"GetMetricData": refusals[fault]} if fault in refusals else {}
        cloudwatch.refusals = guarded
        cloudwatch.page = 40 if fault == "pages" else 500
        self._missing = {metric} if fault == "missing" else set()
        self._ring()

    def _ring(self) -> None:
        state = self._dice.choice(["OK", "OK", "OK", "ALARM", "INSUFFICIENT_DATA", ""])
        self._judge.alarm_changed()
        self._world.cloudwatch.alarms.pop(measurements.ALARM, None)
        if state:
            self._world.cloudwatch.alarms[measurements.ALARM] = state

    def _published(self) -> Iterator[Datum]:
        """What CloudWatch gets; called before each answer."""
        for datum in self._publisher.due():
            if datum.metric_name not in self._missing:
                self._measured.note(datum)
                yield datum
        self._judge.metrics_are_read()

    def _called(self, call: HandlerCall) -> None:
        """Once the intent to stop is on the tags, the metrics may say something else."""
        tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", ())}
        if call.operation == "AddTags" and tags.get(PENDING_STOP) and self._dice.random() < 0.5:
            self._become("message")
