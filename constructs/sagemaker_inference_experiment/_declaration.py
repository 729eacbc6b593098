"""The complete declaration of one experiment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from aws_cdk import Aws, Duration, RemovalPolicy, Stack, aws_iam
from aws_cdk.interfaces.aws_kms import IKeyRef

from inference_experiment_handler.spec.declaration import FIRST_RUN
from sagemaker_inference_experiment._booleans import take_booleans
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete, VariantAction
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._durations import seconds, unit_faults
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._numbers import take_whole_numbers
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._references import AnyEndpoint, endpoint_config_name, endpoint_name, key_arn
from sagemaker_inference_experiment._role import role_arn
from sagemaker_inference_experiment._schedule import Schedule, WaitFor
from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._variants import ModelVariant


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """The arguments of ``InferenceExperiment``, which documents them."""

    endpoint: AnyEndpoint
    role: aws_iam.IRole | None
    production_variant: ModelVariant | None
    shadow_variant: ModelVariant
    sampling_percentage: int
    experiment_name: str | None
    run: str | None
    schedule: Schedule | None
    data_capture: DataCapture | None
    kms_key: IKeyRef | str | None
    description: str | None
    conclusion: Conclusion | None
    promote_if: Gate | None
    on_delete: OnDelete | None
    adopt_existing: bool | None
    tags: Mapping[str, str] | None
    removal_policy: RemovalPolicy | None
    wait_for: WaitFor | None
    service_timeout: Duration | None
    provider: InferenceExperimentProvider | None

    def __post_init__(self) -> None:
        take_whole_numbers(self, "sampling_percentage")
        take_booleans(self, "adopt_existing")

    @property
    def ending(self) -> Conclusion:
        """How the test is stopped if it does not run to its scheduled end."""
        return self.conclusion or (self.on_delete or OnDelete()).conclusion

    @property
    def gates(self) -> dict[str, Gate]:
        """What has to hold before a promotion, by the parameters that can have it. The first one is rendered."""
        only_if = self.conclusion.only_if if self.conclusion is not None else None
        given = {"promote_if": self.promote_if, "conclusion.only_if": only_if}
        return {parameter: gate for parameter, gate in given.items() if gate is not None}

    @property
    def gate(self) -> Gate | None:
        """What has to hold before a promotion."""
        return next(iter(self.gates.values()), None)

    @property
    def may_follow_a_promotion(self) -> bool:
        """Whether it is a later run, so that an earlier run may have promoted its shadow variant."""
        return self.run is not None and self.run != FIRST_RUN

    @property
    def is_first(self) -> bool:
        """Whether no earlier test of the construct can have promoted its shadow variant."""
        return self.experiment_name is None and not self.may_follow_a_promotion

    def is_over(self, now: datetime) -> bool:
        """Whether it says that the test has ended: it has a conclusion, or its end is in the past.

        Raises a ``ValueError`` if the schedule is invalid.
        """
        _, end = self.schedule._known() if self.schedule is not None else (None, None)
        return self.conclusion is not None or (end is not None and end <= now)

    def variants(self) -> Iterator[tuple[str, ModelVariant]]:
        """All variants that are given, with their parameters: those of the test, and those at its end."""
        if self.production_variant is not None:
            yield "production_variant", self.production_variant
        yield "shadow_variant", self.shadow_variant
        on_delete = self.on_delete.conclusion if self.on_delete is not None else None
        for path, conclusion in (("conclusion", self.conclusion), ("on_delete.conclusion", on_delete)):
            for index, variant in enumerate(conclusion.desired_variants if conclusion is not None else ()):
                yield f"{path}.desired_variants[{index}]", variant

    def _render(self, stack: Stack, *, name: str | None) -> dict[str, Any]:
        """The properties of the custom resource, without tags. The ARN of a role that is made later is a token."""
        production, shadow = self.production_variant, self.shadow_variant
        properties = {
            "Name": name,
            "Run": self.run,
            "Type": "ShadowMode",
            "RoleArn": role_arn(self.role) if self.role is not None else _not_known_yet(),
            "EndpointName": endpoint_name(self.endpoint, stack),
            "EndpointConfigName": endpoint_config_name(self.endpoint, stack),
            "KmsKey": key_arn(self.kms_key),
            "Description": self.description,
            "Schedule": self.schedule._render() if self.schedule is not None else None,
            "ModelVariants": [variant._render(stack) for variant in (production, shadow) if variant is not None],
            "DataStorageConfig": self.data_capture._render() if self.data_capture is not None else None,
            "ShadowModeConfig": {
                **({"SourceModelVariantName": production.variant_name} if production is not None else {}),
                "ShadowModelVariants": [
                    {
                        **({"ShadowModelVariantName": shadow.variant_name} if shadow.variant_name is not None else {}),
                        "SamplingPercentage": self.sampling_percentage,
                    }
                ],
            },
            **(self.conclusion._render(stack, production, shadow) if self.conclusion is not None else {}),
            **({"PromoteIf": self.promote_if._render()} if self.promote_if is not None else {}),
            "OnDelete": self.on_delete._render(stack, production, shadow) if self.on_delete is not None else None,
            "AdoptExisting": self.adopt_existing,
            "WaitFor": str(self.wait_for) if self.wait_for is not None else None,
            "ServiceTimeout": self._timeout_seconds,
        }
        return {key: value for key, value in properties.items() if value is not None}

    def _faults(self) -> list[str]:
        """The faults that its properties do not show."""
        production, shadow = self.production_variant, self.shadow_variant
        endings = (
            ("conclusion", self.conclusion),
            ("on_delete.conclusion", self.on_delete.conclusion if self.on_delete is not None else None),
        )
        return [
            *self._key_faults(),
            *self._timeout_faults,
            *self._gate_faults(),
            *(self.schedule._faults() if self.schedule is not None else ()),
            *(self.data_capture._faults() if self.data_capture is not None else ()),
            *(
                fault
                for path, ending in endings
                if ending is not None
                for fault in ending._faults(path, production, shadow)
            ),
        ]

    def _gate_faults(self) -> list[str]:
        faults = [fault for parameter, gate in self.gates.items() for fault in gate._faults(parameter)]
        if self.conclusion is None or self.conclusion.only_if is None:
            return faults
        if self.promote_if is not None and self.promote_if._render() != self.conclusion.only_if._render():
            faults.append("conclusion.only_if is another Gate than promote_if, must be the same or omitted")
        if self.conclusion.shadow != VariantAction.PROMOTE:
            faults.append(
                f"conclusion.only_if is given, must be omitted if conclusion.shadow is "
                f"{str(self.conclusion.shadow)!r}: it is for a promotion"
            )
        return faults

    def _key_faults(self) -> list[str]:
        if self.conclusion is None and self.on_delete is None:
            return []
        return [
            f"{which}_variant.variant_name is a token, must be a literal string if the experiment has a "
            "conclusion or on_delete: the variant names are keys of a map there"
            for which, variant in (("production", self.production_variant), ("shadow", self.shadow_variant))
            if variant is not None and is_unresolved(variant.variant_name)
        ]

    @property
    def open_faults(self) -> dict[str, str]:
        """The faults of the values that a given production variant lacks, by their parameters."""
        if self.production_variant is None:
            return {}
        return {
            parameter: f"production_variant.{parameter} is missing, must be that of the endpoint. If you omit "
            "production_variant, the deployment takes it from the endpoint"
            for parameter in ("variant_name", "instance_type")
            if getattr(self.production_variant, parameter) is None
        }

    @cached_property
    def _timeout_faults(self) -> list[str]:
        if self.service_timeout is None:
            return []
        return unit_faults("service_timeout", self.service_timeout, ["seconds"])

    @property
    def _timeout_seconds(self) -> float | None:
        return None if self.service_timeout is None or self._timeout_faults else seconds(self.service_timeout)


@cache
def _not_known_yet() -> str:
    """A token, which passes all checks."""
    return Aws.NO_VALUE
