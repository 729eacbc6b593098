"""The response to CloudFormation: its attributes, a body within the size limit, and its delivery."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3

from inference_experiment_handler.model.observed import ObservedExperiment
from inference_experiment_handler.spec.declaration import Declaration, Desired, Schedule
from inference_experiment_handler.spec.limits import DEFAULT_TEST
from inference_experiment_handler.spec.text import iso_instant

LONGEST_BODY = 4096
"""In bytes. CloudFormation rejects a longer response."""

_LONGEST_TEXT = 1024
_RETRIES = urllib3.Retry(
    total=5,
    status_forcelist=(500, 502, 503, 504),
    allowed_methods=("PUT",),
    backoff_factor=0.5,
    respect_retry_after_header=False,
    raise_on_status=False,
    redirect=False,
)
_TIMEOUT = urllib3.Timeout(connect=5, read=10)

logger = logging.getLogger(__name__)


_NONE = "none"
"""Represents an unknown variant, model or instance type. CloudWatch rejects an alarm with an empty name."""
_NO_END = "0"
"""``ScheduledEndEpoch`` of a test that will not end: in the past, so that an alarm before the end never rings."""


def attributes(
    experiment: ObservedExperiment | None,
    name: str,
    declared: Declaration | None,
    desired: Desired | None,
    gate: str,
) -> dict[str, str]:
    """All attributes, for every response: ``Fn::GetAtt`` fails if one is missing.

    Args:
        desired: What is desired if there is no experiment, as far as it is known.
        gate: The headline of the judgement of ``PromoteIf``; empty if the request judged none.
    """
    if experiment is None:
        return {
            "Arn": "",
            "Name": name,
            "Status": "Deleted",
            "StatusReason": "there is no experiment",
            "StartTime": "",
            "EndTime": "",
            "ScheduledEndEpoch": _NO_END,
            "EndpointName": declared.endpoint_name if declared else "",
            "EndpointConfigName": "",
            "ProductionVariantName": desired.production_name if desired else _NONE,
            "ProductionModelName": desired.production.model_name if desired else _NONE,
            "ProductionInstanceType": desired.production.instance_type if desired else _NONE,
            "ShadowVariantName": desired.shadow_name if desired else _NONE,
            "ShadowInstanceType": desired.shadow.instance_type if desired else _NONE,
            "Gate": gate,
        }
    production = experiment.variants.get(experiment.production_name)
    shadow = experiment.variants.get(experiment.shadow_name)
    return {
        "Arn": experiment.arn,
        "Name": experiment.name,
        "Status": experiment.status,
        "StatusReason": experiment.status_reason,
        "StartTime": iso_instant(experiment.start) if experiment.start else "",
        "EndTime": iso_instant(experiment.end) if experiment.end else "",
        "ScheduledEndEpoch": _scheduled_end(experiment, declared),
        "EndpointName": experiment.endpoint_name,
        "EndpointConfigName": experiment.endpoint_config_name,
        "ProductionVariantName": experiment.production_name or _NONE,
        "ProductionModelName": production.model_name if production else _NONE,
        "ProductionInstanceType": production.instance_type if production else _NONE,
        "ShadowVariantName": experiment.shadow_name or _NONE,
        "ShadowInstanceType": shadow.instance_type if shadow else _NONE,
        "Gate": gate,
    }


def _scheduled_end(experiment: ObservedExperiment, declared: Declaration | None) -> str:
    """In seconds since 1970, because metric math compares with those of ``EPOCH``."""
    end = experiment.end
    if end is None and experiment.start is not None:
        # AWS does not document whether SageMaker reports an end that it has chosen itself.
        schedule = declared.schedule if declared else Schedule()
        end = schedule.end_of_a_test_started_at(experiment.start) or experiment.start + DEFAULT_TEST
    return _NO_END if end is None or experiment.ended else str(int(end.timestamp()))


def fitted(answer: Mapping[str, Any]) -> bytes:
    """The body of the response. Long texts are shortened if necessary, but not the ids of the request."""
    for longest in (_LONGEST_TEXT, 512, 256, 128, 64):
        data = {key: cut(value, longest) for key, value in answer["Data"].items()}
        body = _encoded({**answer, "Reason": cut(answer["Reason"], longest), "Data": data})
        if len(body) <= LONGEST_BODY:
            return body
    return _encoded({**answer, "Reason": cut(answer["Reason"], 64), "Data": {}})


def deliver(url: str, body: bytes) -> bool:
    """Sends the response to CloudFormation. ``False``: it was not accepted, and a retry may help.

    The address is a secret, because anyone who has it can respond. Neither it nor an error that quotes it is logged.
    """
    host = urlsplit(url).hostname
    # urllib3 logs the address with every retry, as a warning.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        # No content type, because the address is signed without one.
        response = urllib3.PoolManager().request(
            "PUT", url, body=body, headers={"content-type": ""}, retries=_RETRIES, timeout=_TIMEOUT
        )
    except urllib3.exceptions.HTTPError as error:
        logger.error({"answer": "not delivered", "to": host, "why": type(error).__name__})
        return False
    if response.status >= 400:
        logger.error({"answer": "refused", "to": host, "http_status": response.status})
        return response.status < 500
    logger.info({"answer": "delivered", "to": host, "http_status": response.status})
    return True


def check_delivered(delivered: bool) -> None:
    """Raises an error if the response was not accepted. Lambda then runs the request again."""
    if not delivered:
        raise RuntimeError("the response could not be delivered to CloudFormation")


def cut(text: str, longest: int) -> str:
    """The text, or its beginning, with at most this number of bytes when it is sent."""
    if len(_encoded(text)) <= longest + 2:
        return text
    kept = text[:longest]
    while len(_encoded(kept)) > longest - 1:
        kept = kept[: len(kept) - max(1, (len(_encoded(kept)) - longest) // 6)]
    return f"{kept}..."


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()
