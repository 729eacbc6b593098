"""How a shadow test ends before its scheduled end, and what happens to it when the resource is deleted."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aws_cdk import Stack

from sagemaker_inference_experiment._booleans import take_booleans
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._numbers import take_whole_numbers
from sagemaker_inference_experiment._tokens import has_placeholder
from sagemaker_inference_experiment._variants import ModelVariant, in_properties


class VariantAction(StrEnum):
    """The action for a variant when the test is stopped: the API's ``ModelVariantAction``."""

    RETAIN = "Retain"
    """The variant stays on the endpoint. AWS continues to bill a retained shadow variant."""
    REMOVE = "Remove"
    """The variant is removed from the endpoint."""
    PROMOTE = "Promote"
    """The shadow variant becomes a production variant."""


class DesiredState(StrEnum):
    """The status of the experiment after it is stopped: the API's ``DesiredState``."""

    COMPLETED = "Completed"
    """The test is complete."""
    CANCELLED = "Cancelled"
    """The test is cancelled."""


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """The declared end of a test: the next deployment calls ``StopInferenceExperiment`` with it.

    There is a method for each of the usual conclusions:

    ```python
    Conclusion.promote_shadow(reason="latency and error rate match production's", instance_count=4)
    Conclusion.promote_shadow(only_if=Gate(criteria=[Criterion.latency(statistic="p99", max_ratio=1.1)]))
    Conclusion.remove_shadow(reason="too slow")
    Conclusion.retain_both()
    Conclusion.cancel(reason="no longer needed")
    ```

    Args:
        production: The action for the production variant; ``RETAIN`` if omitted.
        shadow: The action for the shadow variant; ``REMOVE`` if omitted.
        desired_state: The status after the test is stopped (``DesiredState``); ``COMPLETED`` if omitted.
        reason: Up to 1024 characters in one line, which SageMaker stores as the experiment's ``StatusReason``
            (``Reason``). If omitted, the reason names the stack.
        desired_variants: The infrastructure of the variants that stay (``DesiredModelVariants``); unchanged if omitted.
        shadow_instance_type: Another instance type for a shadow variant that stays; unchanged if omitted.
        shadow_instance_count: Another instance count for it, as an integer or a string; unchanged if omitted.
        only_if: What has to hold before the shadow variant is promoted (``PromoteIf``); nothing if omitted. Only a
            conclusion of the experiment that promotes the shadow variant takes it, and that of ``OnDelete`` does not.
    """

    production: VariantAction = VariantAction.RETAIN
    shadow: VariantAction = VariantAction.REMOVE
    desired_state: DesiredState = DesiredState.COMPLETED
    reason: str | None = None
    desired_variants: tuple[ModelVariant, ...] = ()
    shadow_instance_type: str | None = None
    shadow_instance_count: int | None = None
    only_if: Gate | None = None

    def __post_init__(self) -> None:
        take_whole_numbers(self, "shadow_instance_count")

    @classmethod
    def promote_shadow(
        cls,
        *,
        reason: str | None = None,
        instance_type: str | None = None,
        instance_count: int | None = None,
        only_if: Gate | None = None,
    ) -> "Conclusion":
        """Promotes the shadow variant, which then receives all traffic, and removes the production variant.

        Args:
            reason: Stored as the experiment's ``StatusReason``. If omitted, the reason names the stack.
            instance_type: Another instance type for the promoted variant; that of the shadow variant if omitted.
            instance_count: Another instance count for it. If omitted, that of the shadow variant, and on the same
                instance type at least that of production.
            only_if: What has to hold before the promotion (``PromoteIf``); nothing if omitted. Otherwise the deployment
                is refused before anything changes.
        """
        return cls(
            production=VariantAction.REMOVE,
            shadow=VariantAction.PROMOTE,
            reason=reason,
            shadow_instance_type=instance_type,
            shadow_instance_count=instance_count,
            only_if=only_if,
        )

    @classmethod
    def remove_shadow(cls, *, reason: str | None = None) -> "Conclusion":
        """Ends the test, removes the shadow variant and retains the production variant.

        Args:
            reason: Stored as the experiment's ``StatusReason``. If omitted, the reason names the stack.
        """
        return cls(reason=reason)

    @classmethod
    def retain_both(cls, *, reason: str | None = None) -> "Conclusion":
        """Ends the test and retains both variants. The shadow variant still receives its traffic, and is billed.

        Args:
            reason: Stored as the experiment's ``StatusReason``. If omitted, the reason names the stack.
        """
        return cls(shadow=VariantAction.RETAIN, reason=reason)

    @classmethod
    def cancel(cls, *, reason: str | None = None) -> "Conclusion":
        """Cancels the test, before or after its start, and removes the shadow variant.

        Args:
            reason: Stored as the experiment's ``StatusReason``. If omitted, the reason names the stack.
        """
        return cls(desired_state=DesiredState.CANCELLED, reason=reason)

    def _faults(self, path: str, production: ModelVariant | None, shadow: ModelVariant) -> list[str]:
        """The faults that its properties do not show."""
        return [*self._count_faults(path, production, shadow), *(self._open_faults(path) if production is None else ())]

    def _open_faults(self, path: str) -> list[str]:
        """A fault if it needs the name of a production variant that is not given."""
        promotes, removes = self.shadow == VariantAction.PROMOTE, self.production == VariantAction.REMOVE
        if promotes == removes and self.production != VariantAction.PROMOTE:
            return []
        must = VariantAction.REMOVE if promotes else VariantAction.RETAIN
        return [
            f"{path}.production is {str(self.production)!r}, must be {str(must)!r} if {path}.shadow is "
            f"{str(self.shadow)!r} and production_variant is omitted"
        ]

    def _count_faults(self, path: str, production: ModelVariant | None, shadow: ModelVariant) -> list[str]:
        own = in_properties(production, shadow)
        variants = (shadow, *self.desired_variants)
        counts = {own if each.variant_name is None else each.variant_name: each.instance_count for each in variants}
        count = counts[own] if self.shadow_instance_count is None else self.shadow_instance_count
        if self.shadow != VariantAction.PROMOTE or count != 0 or any(map(has_placeholder, counts)):
            return []
        return [f"{path} promotes the shadow variant with 0 instances, must have at least 1"]

    def _desired(self, production: ModelVariant | None, shadow: ModelVariant) -> tuple[ModelVariant, ...]:
        """The variants that stay, as they are desired; none if they stay unchanged."""
        desired = self.desired_variants
        if self.shadow_instance_type is not None or self.shadow_instance_count is not None:
            desired = (
                *desired,
                _Resized(
                    model=shadow.model,
                    variant_name=shadow.variant_name,
                    instance_type=self.shadow_instance_type or shadow.instance_type,
                    instance_count=self._shadow_count(production, shadow),
                ),
            )
            stays = self.production != VariantAction.REMOVE
            named = [variant.variant_name for variant in self.desired_variants]
            is_named = production is not None and production.variant_name in named
            if production is not None and stays and not is_named and not any(map(has_placeholder, named)):
                # SageMaker requires either all variants that stay, or none.
                desired = (production, *desired)
        return tuple(desired)

    def _shadow_count(self, production: ModelVariant | None, shadow: ModelVariant) -> int | None:
        """``None`` if the deployment decides: a promoted variant needs as many instances as production has."""
        if self.shadow_instance_count is not None:
            return self.shadow_instance_count
        return shadow._count if production is not None else shadow.instance_count

    def _render(self, stack: Stack, production: ModelVariant | None, shadow: ModelVariant) -> dict[str, Any]:
        desired = self._desired(production, shadow)
        return {
            "DesiredState": str(self.desired_state),
            "ModelVariantActions": {
                **({production.variant_name: str(self.production)} if production is not None else {}),
                in_properties(production, shadow): str(self.shadow),
            },
            **({"Reason": self.reason} if self.reason is not None else {}),
            **({"PromoteIf": self.only_if._render()} if self.only_if is not None else {}),
            **({"DesiredModelVariants": [variant._render(stack) for variant in desired]} if desired else {}),
        }


@dataclass(frozen=True, kw_only=True)
class _Resized(ModelVariant):
    """A shadow variant that stays. Omitted values remain as in the test."""

    @property
    def _count(self) -> int | None:
        return self.instance_count


@dataclass(frozen=True, kw_only=True)
class OnDelete:
    """What happens to a test that has not ended when its resource is deleted.

    A run that is replaced by a new run on the same endpoint ends in the same way.

    Args:
        conclusion: How the test is stopped. If omitted, it is cancelled, the production variant is retained and the
            shadow variant is removed. It takes no ``only_if``, because deleting must not fail because of metrics.
        keep_record: Whether SageMaker keeps the experiment's record, with its metrics in the console (``Record``);
            False if omitted. It can also be a string, "true" or "false".
    """

    conclusion: Conclusion = field(default_factory=Conclusion.cancel)
    keep_record: bool = False

    def __post_init__(self) -> None:
        take_booleans(self, "keep_record")

    def _render(self, stack: Stack, production: ModelVariant | None, shadow: ModelVariant) -> dict[str, Any]:
        return {
            **self.conclusion._render(stack, production, shadow),
            "Record": "Retain" if self.keep_record else "Delete",
        }
