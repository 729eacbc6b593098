"""Experiments that are declared elsewhere."""

from aws_cdk import ArnFormat, Stack
from constructs import Construct

from inference_experiment_handler.spec import limits
from sagemaker_inference_experiment._alarms_given import AnyAlarm
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch.watched import Known
from sagemaker_inference_experiment._references import as_in_arn
from sagemaker_inference_experiment._tokens import has_placeholder, is_not_known_yet, is_unresolved

_RESOURCE = "inference-experiment"
_ARN = "the ARN of an inference experiment, arn:aws:sagemaker:REGION:ACCOUNT:inference-experiment/NAME"


class ImportedInferenceExperiment(IInferenceExperiment):
    """An experiment with a known name or ARN, and optionally the names of its endpoint and its variants."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        experiment_name: str | None,
        experiment_arn: str | None,
        endpoint_name: str | None,
        production_variant_name: str | None,
        shadow_variant_name: str | None,
    ) -> None:
        if (experiment_name is None) == (experiment_arn is None):
            given = "neither" if experiment_name is None else "both"
            raise ValueError(f"{given} of experiment_name and experiment_arn are given, must be exactly one")
        stack = Stack.of(scope)
        if has_placeholder(experiment_arn):
            # CDK reads the parts of an ARN. The app runs again with the ARN.
            experiment_arn = stack.format_arn(service="sagemaker", resource=_RESOURCE, resource_name="looked-up")
        self._name = _checked(experiment_name) if experiment_name is not None else _name_in(experiment_arn or "", stack)
        self._arn = experiment_arn or stack.format_arn(
            service="sagemaker", resource=_RESOURCE, resource_name=as_in_arn(self._name)
        )
        super().__init__(scope, id, environment_from_arn=experiment_arn)
        self._watched = Known(
            endpoint_name=endpoint_name,
            production_variant_name=production_variant_name,
            shadow_variant_name=shadow_variant_name,
        )

    @property
    def experiment_name(self) -> str:
        return self._name

    @property
    def experiment_arn(self) -> str:
        return self._arn

    def end_on(self, alarm: AnyAlarm, reason: str | None = None) -> None:
        del alarm, reason
        raise ValueError(
            f"{self.node.path} is imported, so no alarm can end it here: call end_on where the InferenceExperiment is "
            "declared"
        )


def _checked(name: str) -> str:
    if not is_not_known_yet(name) and not limits.EXPERIMENT_NAME.admits(name):
        raise ValueError(f"experiment_name is {name!r}, must be {limits.EXPERIMENT_NAME.allowed}")
    return name


def _name_in(arn: str, stack: Stack) -> str:
    if not is_unresolved(arn):
        kind, _, name = arn.rpartition(":")[2].partition("/")
        if not arn.startswith("arn:") or ":sagemaker:" not in arn or kind != _RESOURCE or not name:
            raise ValueError(f"experiment_arn is {arn!r}, must be {_ARN}")
    return stack.split_arn(arn, ArnFormat.SLASH_RESOURCE_NAME).resource_name or ""
