"""The table of fields: what is declared beside what is live, and in which status a difference may be put right.

One table for all that depends on it: what an Update sends, what it refuses, the digest of what was applied last.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from inference_experiment_handler.model.observed import Experiment, Status
from inference_experiment_handler.plan import matching
from inference_experiment_handler.plan.matching import Match, told
from inference_experiment_handler.spec.declaration import DataStorage, Declaration, Ending, ModelVariant
from inference_experiment_handler.spec.reader import iso_duration, iso_instant


@dataclass(frozen=True)
class Field:
    """One field: its name in the API, what is declared for it, and how to compare that with what is live."""

    name: str
    declared: Callable[[Declaration], Any]
    live: Callable[[Experiment], Any]
    match: Callable[[Declaration, Experiment, datetime], Match]
    changes_in: frozenset[Status]

    def digest(self, declaration: Declaration) -> str:
        return _digest(self.declared(declaration))


def applied_by(declaration: Declaration) -> dict[str, str]:
    """What is written down once a declaration has been brought about: a digest per field, and of the conclusion."""
    digests = {field.name: field.digest(declaration) for field in FIELDS}
    return {**digests, CONCLUSION: conclusion_digest(declaration.conclusion)}


CONCLUSION = "DesiredState"


def conclusion_digest(conclusion: Ending | None) -> str:
    return _digest(asdict(conclusion) if conclusion else None)


def differing(
    declaration: Declaration,
    experiment: Experiment,
    applied: Mapping[str, str] | None,
    now: datetime,
    *,
    sent: Collection[str] = (),
    adopting: bool = False,
) -> list[Field]:
    """The fields that are not live as they are declared.

    Where live doesn't tell, ``applied`` does: what was applied last, or ``None`` where nobody knows. What was ``sent``
    by an update counts as brought about then. While ``adopting``, all that somebody else's test has must be declared.
    """

    def differs(field: Field) -> bool:
        match = field.match(declaration, experiment, now)
        if match in (Match.SAME, Match.DIFFERENT) or field.name in sent:
            return match is Match.DIFFERENT
        if applied is None:
            return adopting and match is Match.UNDECLARED
        return applied[field.name] != field.digest(declaration)

    return [field for field in FIELDS if differs(field)]


def described(declaration: Declaration, experiment: Experiment, fields: Iterable[Field]) -> str:
    """The differences in words: ``SamplingPercentage (declared 50, live 10)``."""
    return ", ".join(
        f"{path} (declared {_worded(declared)}, live {_worded(live)})"
        for field in fields
        for path, declared, live in _apart(field.name, field.declared(declaration), field.live(experiment))
    )


def _apart(path: str, declared: Any, live: Any) -> list[tuple[str, Any, Any]]:
    """What exactly differs between two nested values; the whole where nothing seems to."""
    if not isinstance(declared, dict) or not isinstance(live, dict):
        return [(path, declared, live)]
    keys = [key for key in dict.fromkeys((*declared, *live)) if declared.get(key) != live.get(key)]
    apart = [leaf for key in keys for leaf in _apart(f"{path}.{key}", declared.get(key), live.get(key))]
    return apart or [(path, declared, live)]


def _variants(variants: Iterable[ModelVariant]) -> dict[str, Any]:
    return {
        variant.variant_name: {
            "ModelName": variant.model_name,
            "InstanceType": variant.instance_type,
            "InstanceCount": variant.instance_count,
        }
        for variant in variants
    }


def _declared_schedule_end(declaration: Declaration) -> str | None:
    schedule = declaration.schedule
    if schedule.duration is not None:
        return iso_duration(schedule.duration)
    return iso_instant(schedule.end) if schedule.end else None


def _mode(production: str, shadow: str) -> dict[str, str]:
    return {"SourceModelVariantName": production, "ShadowModelVariantName": shadow}


def _storage(storage: DataStorage | None) -> Any:
    return storage.to_api() if storage else None


_NEVER: frozenset[Status] = frozenset()
_BEFORE_IT_RUNS = frozenset({Status.CREATED})
_ALSO_WHILE_IT_RUNS = frozenset({Status.CREATED, Status.RUNNING})

FIELDS = (
    Field(
        "Type",
        lambda declaration: declaration.type,
        lambda experiment: experiment.type,
        lambda declaration, experiment, _: told(declaration.type == experiment.type),
        _NEVER,
    ),
    Field(
        "RoleArn",
        lambda declaration: declaration.role_arn,
        lambda experiment: experiment.role_arn,
        lambda declaration, experiment, _: (
            Match.UNTOLD if experiment.role_arn is None else told(declaration.role_arn == experiment.role_arn)
        ),
        _NEVER,
    ),
    Field(
        "EndpointName",
        lambda declaration: declaration.endpoint_name,
        lambda experiment: experiment.endpoint_name,
        lambda declaration, experiment, _: told(
            matching.same_name(declaration.endpoint_name, experiment.endpoint_name)
        ),
        _NEVER,
    ),
    Field(
        "KmsKey",
        lambda declaration: declaration.kms_key,
        lambda experiment: experiment.kms_key,
        lambda declaration, experiment, _: matching.kms_key(declaration.kms_key, experiment.kms_key),
        _NEVER,
    ),
    Field(
        "Description",
        lambda declaration: declaration.description,
        lambda experiment: experiment.description,
        lambda declaration, experiment, _: told(declaration.description == experiment.description),
        _ALSO_WHILE_IT_RUNS,
    ),
    Field(
        "Schedule.StartTime",
        lambda declaration: iso_instant(declaration.schedule.start) if declaration.schedule.start else None,
        lambda experiment: iso_instant(experiment.start) if experiment.start else None,
        matching.schedule_start,
        _BEFORE_IT_RUNS,
    ),
    Field(
        "Schedule.EndTime",
        _declared_schedule_end,
        lambda experiment: iso_instant(experiment.end) if experiment.end else None,
        matching.schedule_end,
        _ALSO_WHILE_IT_RUNS,
    ),
    Field(
        "ModelVariants",
        lambda declaration: _variants((declaration.production, declaration.shadow)),
        lambda experiment: _variants(experiment.variants.values()),
        matching.model_variants,
        _BEFORE_IT_RUNS,
    ),
    Field(
        "DataStorageConfig",
        lambda declaration: _storage(declaration.data_storage),
        lambda experiment: _storage(experiment.data_storage),
        matching.data_storage,
        _BEFORE_IT_RUNS,
    ),
    Field(
        "ShadowModeConfig",
        lambda declaration: _mode(declaration.production.variant_name, declaration.shadow.variant_name),
        lambda experiment: _mode(experiment.production_name, experiment.shadow_name),
        lambda declaration, experiment, _: told(
            declaration.production.variant_name == experiment.production_name
            and declaration.shadow.variant_name == experiment.shadow_name
        ),
        _BEFORE_IT_RUNS,
    ),
    Field(
        "SamplingPercentage",
        lambda declaration: declaration.sampling_percentage,
        lambda experiment: experiment.sampling_percentage,
        lambda declaration, experiment, _: told(declaration.sampling_percentage == experiment.sampling_percentage),
        _ALSO_WHILE_IT_RUNS,
    ),
)
"""Every field of an experiment, in the order in which messages name them."""


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:10]


def _worded(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
