"""Events that are not CloudFormation requests, or have no valid declaration, as in a test invocation in the console."""

import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from campaign.chance import Chance
from campaign.function import Function, SandboxLostError
from campaign.scheduler import Scheduler

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/Elsewhere/9f8e7d6c-5b4a-4978-8796-a5b4c3d2e1f0"
_LOOKS = re.compile(r"^(Describe|List)")
_SECONDS = 120
"""Including the retries of a response."""
_PAUSE = 66
"""Seconds: the longest pause of the handler (``runtime.pace``) after a call that was refused, or got no response."""
_HUGE = "x" * 1_000_000
_WRONG: tuple[Any, ...] = (None, 5, "", [], {}, ["x"], _HUGE)


def event(dice: Random, number: int) -> Any:
    """An invalid event. Its properties declare nothing feasible."""
    whole: dict[str, Any] = {
        "RequestType": dice.choice(["Create", "Update", "Delete"]),
        "RequestId": f"malformed-{number}",
        "StackId": STACK_ID,
        "LogicalResourceId": "Typo",
        "ResourceType": "Custom::SageMakerInferenceExperiment",
        "PhysicalResourceId": "elsewhere-typo",
        "ResponseURL": f"https://cloudformation.test/malformed/{number}?X-Amz-Signature=secret",
        "ResourceProperties": {"ServiceToken": "token", "RoleArn": "nobody"},
        "OldResourceProperties": {"ServiceToken": "token"},
    }
    kind = dice.choice(["empty", "no map", "missing", "wrong", "wrong", "type", "property", "huge property"])
    if kind == "empty":
        return {}
    if kind == "no map":
        return dice.choice([None, [], "event", 5])
    if kind == "missing":
        del whole[dice.choice(list(whole))]
    elif kind == "wrong":
        whole[dice.choice(list(whole))] = dice.choice(_WRONG)
    elif kind == "type":
        whole["RequestType"] = dice.choice(["Read", "create", "", None, 3, [], {}])
    else:
        value = _HUGE if kind == "huge property" else dice.choice(_WRONG)
        whole["ResourceProperties"][dice.choice(["Name", "Run", "Schedule", "Tags", "OnDelete", "Nonsense"])] = value
    return json.loads(json.dumps(whole))


def address(asked: Any) -> str | None:
    """The URL for the response, if the event has one."""
    url = asked.get("ResponseURL") if isinstance(asked, dict) else None
    return url if isinstance(url, str) and url.startswith("https://") and len(url) < 200 else None


class Strangers:
    """Invocations of the function with events that are not requests, and their results."""

    def __init__(self, scheduler: Scheduler, chance: Chance, function: Function) -> None:
        self._scheduler, self._chance, self._function = scheduler, chance, function
        self._events: list[Any] = []
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._sizes: dict[str, list[int]] = {}

    def invoke(self) -> None:
        asked = event(self._chance.random, len(self._events))
        self._events.append(asked)
        self._function.invoke(json.dumps(asked).encode())

    def receive(self, url: str, body: bytes) -> None:
        self._answers.setdefault(url, []).append(json.loads(body))
        self._sizes.setdefault(url, []).append(len(body))

    def complaints(self, expired: Callable[[str], bool]) -> Iterator[str]:
        for asked in self._events:
            described = json.dumps(asked)[:200]
            runs = [run for run in self._function.runs if run.event == asked]
            if any(not _LOOKS.match(call) for run in runs for call in run.calls):
                yield f"{described} led to {[run.calls for run in runs]}"
            whole = [run for run in runs if not isinstance(run.error, SandboxLostError)]
            if any(run.seconds > _SECONDS + _PAUSE * run.refused for run in whole):
                yield f"{described} took {max(run.seconds for run in whole)} s"
            url = address(asked)
            answers = self._answers.get(url or "", [])
            if url is None and whole and not all(isinstance(run.error, ValueError) for run in whole):
                yield f"{described} ended with {[run.error for run in whole]}"
            excused = any("could not be delivered" in str(run.error) for run in whole) or len(whole) < len(runs)
            if url is not None and not answers and not excused and not expired(url):
                yield f"{described} was not answered"
            if any(size > 4096 for size in self._sizes.get(url or "", [])):
                yield f"{described} was answered with {self._sizes[url or '']} bytes"
            if any(each["Status"] != "FAILED" for each in answers) and asked.get("RequestType") != "Delete":
                yield f"{described} was answered {answers}"
