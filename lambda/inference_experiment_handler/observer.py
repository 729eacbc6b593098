"""Observes the live state before every step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from inference_experiment_handler import client
from inference_experiment_handler.client import CloudWatch, NotFoundError, SageMaker, UnknownOutcomeError
from inference_experiment_handler.evidence.answers import Evidence
from inference_experiment_handler.evidence.judging import alarm_names, open_questions
from inference_experiment_handler.evidence.queries import calls
from inference_experiment_handler.evidence.series import measured
from inference_experiment_handler.model.alarm import ObservedAlarm
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.model.observed import ObservedEndpoint, ObservedExperiment
from inference_experiment_handler.model.operations import (
    DESCRIBE,
    DESCRIBE_ALARMS,
    DESCRIBE_ENDPOINT,
    DESCRIBE_ENDPOINT_CONFIG,
    GET_METRIC_DATA,
    LIST_TAGS,
    START,
)
from inference_experiment_handler.model.request import Request
from inference_experiment_handler.model.tags import started_at
from inference_experiment_handler.plan.needs import alarms_needed, endpoints_needed, evidence_needed, tags_needed
from inference_experiment_handler.plan.situation import Situation
from inference_experiment_handler.spec.gate import Gate

_LONGEST_START = timedelta(hours=1)
_ALARMS_AT_ONCE = 100
"""The names that DescribeAlarms takes."""


def observe(request: Request, journal: Journal, sagemaker: SageMaker, now: datetime) -> Situation:
    """Raises a ``ServiceError`` if a read fails."""
    situation = Situation(request, journal, now)
    found = (_observe(situation, sagemaker, name) for name in request.candidates)
    observed = next(filter(None, found), None)
    predecessor = _observe(situation, sagemaker, request.replaces) if request.replaces else None
    situation = replace(situation, observed=observed, observed_predecessor=predecessor)
    # AWS does not document whether DescribeEndpoint ignores the case of names, so they are sent as given.
    needed = sorted(endpoints_needed(situation), key=str.casefold)
    endpoints = {name.casefold(): observe_endpoint(sagemaker, name) for name in needed}
    return replace(situation, endpoints=endpoints)


def with_evidence(situation: Situation, cloudwatch: Callable[[], CloudWatch]) -> Situation:
    """The same with what CloudWatch has measured, if it is needed. Raises a ``ServiceError`` if a read fails."""
    gate = evidence_needed(situation)
    if gate is None or situation.observed is None:
        return situation
    return replace(situation, evidence=read_evidence(gate, situation.observed, cloudwatch(), situation.now))


def observe_alarms(situation: Situation, cloudwatch: Callable[[], CloudWatch]) -> Situation:
    """The situation with the alarms that the next step depends on. Raises a ``ServiceError`` if they can't be read."""
    names = alarms_needed(situation)
    if not names:
        return situation
    # Without AlarmTypes, CloudWatch reports no composite alarms. One page has all of them.
    asked = {"AlarmNames": list(names), "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100}
    answer = client.call(cloudwatch(), DESCRIBE_ALARMS, asked)
    return replace(situation, alarms={alarm.arn: alarm for alarm in _alarms_in(answer)})


def tags_of(experiment: ObservedExperiment, sagemaker: SageMaker) -> dict[str, str]:
    """Raises a ``NotFoundError`` if the experiment is gone, and another ``ServiceError`` if they can't be read."""
    try:
        return _read_tags(experiment.arn, sagemaker)
    except NotFoundError as error:
        client.call(sagemaker, DESCRIBE, {"Name": experiment.name})
        # The experiment exists, but may be too new for ListTags. So this response shows nothing about its tags.
        raise UnknownOutcomeError(LIST_TAGS, str(error).removeprefix(f"{LIST_TAGS}: ")) from error


def _read_tags(arn: str, sagemaker: SageMaker) -> dict[str, str]:
    tags: dict[str, str] = {}
    arguments: dict[str, Any] = {"ResourceArn": arn}
    while True:
        answer = client.call(sagemaker, LIST_TAGS, arguments)
        tags.update((tag["Key"], tag["Value"]) for tag in answer.get("Tags", []))
        if not answer.get("NextToken"):
            return tags
        arguments["NextToken"] = answer["NextToken"]


def observe_endpoint(sagemaker: SageMaker, name: str) -> ObservedEndpoint | None:
    """``None`` if there is no such endpoint. Raises a ``ServiceError`` if it can't be read."""
    try:
        answer = client.call(sagemaker, DESCRIBE_ENDPOINT, {"EndpointName": name})
    except NotFoundError:
        return None
    return ObservedEndpoint.from_api(answer, _observe_config(sagemaker, answer.get("EndpointConfigName")))


def _observe(situation: Situation, sagemaker: SageMaker, name: str) -> ObservedExperiment | None:
    try:
        experiment = ObservedExperiment.from_api(client.call(sagemaker, DESCRIBE, {"Name": name}))
        tags = tags_of(experiment, sagemaker) if tags_needed(situation, name, experiment) else None
    except NotFoundError:
        return None
    started = situation.journal.completed_at(START, experiment.name) or (started_at(tags) if tags else None)
    start = actual_start(experiment, started, situation.now)
    seen_running = experiment.name in situation.journal.seen_running
    return replace(experiment, tags=tags, start=start, start_called=started, seen_running=seen_running)


def read_evidence(gate: Gate, test: ObservedExperiment, cloudwatch: CloudWatch, now: datetime) -> Evidence:
    """What CloudWatch has measured of a test, as far as a gate needs it. Raises a ``ServiceError`` if a read fails."""
    evidence = Evidence(now, alarms=_read_alarms(alarm_names(gate), cloudwatch))
    while questions := open_questions(gate, test, evidence):
        for asked, queries in questions:
            pages = (page for first in calls(queries, asked) for page in _pages(cloudwatch, GET_METRIC_DATA, first))
            evidence = evidence.with_answers(queries, measured(queries, asked, pages))
    return evidence


def _read_alarms(names: Sequence[str], cloudwatch: CloudWatch) -> dict[str, ObservedAlarm]:
    """Those that exist."""
    # Without the types, only metric alarms are described.
    types = ["CompositeAlarm", "MetricAlarm"]
    asked = (names[first : first + _ALARMS_AT_ONCE] for first in range(0, len(names), _ALARMS_AT_ONCE))
    return {
        alarm.name: alarm
        for some in asked
        for page in _pages(cloudwatch, DESCRIBE_ALARMS, {"AlarmNames": list(some), "AlarmTypes": types})
        for alarm in _alarms_in(page)
    }


def _alarms_in(answer: Mapping[str, Any]) -> Iterator[ObservedAlarm]:
    """The alarms of an answer to DescribeAlarms."""
    return map(ObservedAlarm.from_api, (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())))


def _pages(cloudwatch: CloudWatch, operation: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        page = client.call(cloudwatch, operation, {**arguments, **token})
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def actual_start(experiment: ObservedExperiment, started: datetime | None, now: datetime) -> datetime | None:
    """When the test actually started, or will start. ``started``: when the handler started it, if it did.

    AWS does not document whether SageMaker reports the actual or the planned start of a test.
    """
    reported = experiment.start
    if experiment.not_started:
        return reported
    if started is not None:
        # The planned start was later, and it takes a while to start a test.
        return reported if reported and started <= reported < min(now, started + _LONGEST_START) else started
    return reported or experiment.created


def _observe_config(sagemaker: SageMaker, name: str | None) -> dict[str, Any]:
    """An endpoint's configuration; empty if it is not known."""
    try:
        return client.call(sagemaker, DESCRIBE_ENDPOINT_CONFIG, {"EndpointConfigName": name}) if name else {}
    except NotFoundError:
        # It may have been deleted while the endpoint uses it.
        return {}
