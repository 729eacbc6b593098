"""What takes the place of an argument of a wrong type, so that the other checks can read the rest of a declaration.

Nearly all are tokens, which every check lets pass. A declaration with one of them is never deployed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

from aws_cdk import Aws, Duration

from sagemaker_inference_experiment._conclusion import Conclusion
from sagemaker_inference_experiment._criterion import Criterion
from sagemaker_inference_experiment._numbers import unknown_number
from sagemaker_inference_experiment._variants import ModelVariant


@cache
def _text() -> str:
    return Aws.NO_VALUE


def omitted(_wrong: Any) -> None:
    """For what may be omitted, and whose omission makes no other value wrong."""


def text(_wrong: Any) -> str:
    return _text()


def number(_wrong: Any) -> float:
    return unknown_number()


def duration(_wrong: Any) -> Duration:
    """In seconds, which all durations may have that are not in milliseconds."""
    return Duration.seconds(unknown_number())


def short_duration(_wrong: Any) -> Duration:
    return Duration.millis(unknown_number())


def variant(_wrong: Any) -> ModelVariant:
    return ModelVariant(model=_text(), variant_name=_text(), instance_type=_text())


def bucket(_wrong: Any) -> Any:
    """A construct, because only the destination that is one may have a prefix."""
    return SimpleNamespace(bucket_ref=SimpleNamespace(bucket_name=_text(), bucket_arn=_text()))


def alarm(wrong: Any) -> Any:
    """Each one has another name, because an alarm must not be given twice."""
    return SimpleNamespace(alarm_name=f"{_text()}-{id(wrong)}")


def conclusion(_wrong: Any) -> Conclusion:
    return Conclusion.cancel()


def criterion(_wrong: Any) -> Criterion:
    return _UnknownCriterion()


def criteria(_wrong: Any) -> tuple[Criterion, ...]:
    return (_UnknownCriterion(),)


def no_entries(_wrong: Any) -> tuple[()]:
    return ()


def tags(wrong: Any) -> Mapping[str, str]:
    """Those that are text."""
    if not isinstance(wrong, Mapping):
        return {}
    return {key: value for key, value in wrong.items() if isinstance(key, str) and isinstance(value, str)}


@dataclass(frozen=True, kw_only=True)
class _UnknownCriterion(Criterion):
    enforce: bool = True

    def _properties(self) -> dict[str, Any]:
        return {}

    def _render(self) -> dict[str, Any]:
        return {"Type": _text()}
