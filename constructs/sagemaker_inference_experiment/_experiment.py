"""The L2 construct."""

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import (
    CustomResource,
    Duration,
    IStableAnyProducer,
    ITaggableV2,
    Lazy,
    RemovalPolicy,
    TagManager,
    TagType,
    Token,
    aws_iam,
)
from aws_cdk.interfaces.aws_kms import IKeyRef
from aws_cdk.interfaces.aws_sagemaker import IEndpointRef
from constructs import Construct

from sagemaker_inference_experiment._alarms import AlarmedExperiment
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._references import endpoint_name, key_arn
from sagemaker_inference_experiment._schedule import Schedule
from sagemaker_inference_experiment._validation import TagsValidation, check, tag_list
from sagemaker_inference_experiment._variants import ModelVariant
from sagemaker_inference_experiment._watched import Known

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"


@jsii.implements(ITaggableV2)
class InferenceExperiment(AlarmedExperiment):
    """A shadow test: a shadow variant gets a copy of a part of the production variant's traffic, and never answers it.

    Deploying makes the live experiment match what is declared here: it is created, started, updated, concluded. What
    can't be changed on a live experiment is refused, naming the way out: another ``run``.

    Args:
        scope: The construct to put it into.
        id: Its id there.
        endpoint: The endpoint whose traffic is shadowed, as a construct (``CfnEndpoint``), a reference or a name
            (``EndpointName``). It serves exactly one production variant.
        role: What SageMaker assumes to deploy the variants and to capture data (``RoleArn``).
        production_variant: The variant that serves the endpoint; it has to mirror what the endpoint serves.
        shadow_variant: The variant to try.
        sampling_percentage: How much of the traffic is copied to the shadow variant, 0 to 100 (``SamplingPercentage``).
        experiment_name: The experiment's name, 1 to 120 letters, digits and hyphens (``Name``). If omitted, one is
            generated from stack, logical id and ``run``; then nothing ever collides.
        run: 1 to 256 characters; another one ends this experiment and starts a new one in its place (``Run``). "1" if
            omitted. Only with a generated name: to start anew with a given one, give another.
        schedule: When it starts and ends (``Schedule``); starts at once, and ends after 7 days, if omitted.
        data_capture: Where requests and responses are kept (``DataStorageConfig``); nowhere if omitted.
        kms_key: Encrypts the storage volumes of the endpoint's instances (``KmsKey``); SageMaker's own key if omitted.
        description: Up to 1024 characters (``Description``); none if omitted.
        conclusion: Ends the test with the deployment (``DesiredState`` and what belongs to it); while omitted it runs
            to its scheduled end.
        on_delete: What deleting the resource does (``OnDelete``); if omitted the test is cancelled, the shadow variant
            removed, production left as it is, and the record deleted.
        adopt_existing: Takes over an existing experiment of that name that is not this resource's
            (``AdoptExisting``); if omitted such a deployment fails and touches nothing.
        tags: The experiment's tags, besides those of ``Tags.of(scope)``; at most 44 in all (``Tags``).
        removal_policy: ``RETAIN`` leaves everything as it is when the resource goes; ``DESTROY`` if omitted.
        service_timeout: For how long CloudFormation waits, 1 second to 1 hour (``ServiceTimeout``); 1 hour if omitted.
        provider: The function that serves it; the stack's own if omitted.

    Raises:
        InvalidExperimentError: With all that can be known to be wrong, each with its value and what is allowed.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: IEndpointRef | str,
        role: aws_iam.IRole,
        production_variant: ModelVariant,
        shadow_variant: ModelVariant,
        sampling_percentage: int,
        experiment_name: str | None = None,
        run: str | None = None,
        schedule: Schedule | None = None,
        data_capture: DataCapture | None = None,
        kms_key: IKeyRef | str | None = None,
        description: str | None = None,
        conclusion: Conclusion | None = None,
        on_delete: OnDelete | None = None,
        adopt_existing: bool | None = None,
        tags: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        service_timeout: Duration | None = None,
        provider: InferenceExperimentProvider | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._tag_manager = TagManager(TagType.MAP, RESOURCE_TYPE)
        for key, value in (tags or {}).items():
            self._tag_manager.set_tag(key, value)
        names_variants_as_keys = conclusion is not None or on_delete is not None
        declared = {
            "Name": experiment_name,
            "Run": run,
            "Type": "ShadowMode",
            "RoleArn": role.role_arn,
            "EndpointName": endpoint_name(endpoint, self),
            "KmsKey": key_arn(kms_key) if kms_key is not None else None,
            "Description": description,
            "Schedule": schedule._render() if schedule is not None else None,
            "ModelVariants": [production_variant._render(self), shadow_variant._render(self)],
            "DataStorageConfig": data_capture._render() if data_capture is not None else None,
            "ShadowModeConfig": {
                "SourceModelVariantName": production_variant.variant_name,
                "ShadowModelVariants": [
                    {
                        "ShadowModelVariantName": shadow_variant.variant_name,
                        "SamplingPercentage": sampling_percentage,
                    }
                ],
            },
            **(conclusion._render(self, production_variant, shadow_variant) if conclusion is not None else {}),
            "OnDelete": on_delete._render(self, production_variant, shadow_variant) if on_delete is not None else None,
            "AdoptExisting": adopt_existing,
            "ServiceTimeout": service_timeout.to_seconds() if service_timeout is not None else None,
        }
        properties = {key: value for key, value in declared.items() if value is not None}
        unresolved = _unresolved(production_variant, shadow_variant, as_keys=names_variants_as_keys)
        check(self, {**properties, "Tags": tag_list(tags or {})}, *unresolved)
        self.node.add_validation(TagsValidation(properties, self._tag_manager))
        timeout = properties.pop("ServiceTimeout", None)

        self._provider = provider if provider is not None else InferenceExperimentProvider.get_or_create(self)
        self._resource = CustomResource(
            self,
            "Resource",
            service_token=self._provider.service_token,
            resource_type=RESOURCE_TYPE,
            removal_policy=removal_policy,
            properties={**properties, "Tags": Lazy.any(_RenderedTags(self._tag_manager), omit_empty_array=True)},
        )
        if timeout is not None:
            # CustomResource would render it as a string, of which cfn-lint warns at every synth.
            self._cfn_resource.add_property_override("ServiceTimeout", timeout)
        self._provider.serve(self._resource, role)
        # The role's policies too have to be there before SageMaker assumes it, and for as long as it does.
        self._resource.node.add_dependency(role)
        self._watched = Known(
            endpoint_name=declared["EndpointName"],
            production_variant_name=production_variant.variant_name,
            shadow_variant_name=shadow_variant.variant_name,
            sampling_percentage=sampling_percentage,
            instance_types=(production_variant.instance_type, shadow_variant.instance_type),
            schedule=schedule,
            start_time=self.start_time,
            end_time=self.end_time,
        )

    @property
    def cdk_tag_manager(self) -> TagManager:
        """The experiment's tags, through which ``Tags.of(scope)`` reaches it."""
        return self._tag_manager

    @property
    def experiment_name(self) -> str:
        """The experiment's name, which is also the resource's physical id (``Name``)."""
        return self._resource.ref

    @property
    def experiment_arn(self) -> str:
        """The experiment's ARN (``Arn``)."""
        return self._resource.get_att_string("Arn")

    @property
    def experiment_status(self) -> str:
        """The status in which the last deployment left the experiment (``Status``).

        ``Deleted`` where the test is declared to be over and there is no record of it any more.
        """
        return self._resource.get_att_string("Status")

    @property
    def status_reason(self) -> str:
        """SageMaker's reason for that status, or what was given for the conclusion (``StatusReason``)."""
        return self._resource.get_att_string("StatusReason")

    @property
    def start_time(self) -> str:
        """When the test started or will start, in ISO 8601; empty if SageMaker doesn't say (``StartTime``)."""
        return self._resource.get_att_string("StartTime")

    @property
    def end_time(self) -> str:
        """When the test ended or will end, in ISO 8601; empty if SageMaker doesn't say (``EndTime``)."""
        return self._resource.get_att_string("EndTime")

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint whose traffic is shadowed (``EndpointName``)."""
        return self._resource.get_att_string("EndpointName")

    @property
    def endpoint_config_name(self) -> str:
        """The configuration that the endpoint had after the last deployment (``EndpointConfigName``)."""
        return self._resource.get_att_string("EndpointConfigName")

    @property
    def provider(self) -> InferenceExperimentProvider:
        """The function that serves this experiment."""
        return self._provider

    @property
    def _cfn_resource(self) -> Any:
        return self._resource.node.default_child


@jsii.implements(IStableAnyProducer)
class _RenderedTags:
    """Tags as the API has them, read when the template is rendered: aspects may add some until then."""

    def __init__(self, manager: TagManager) -> None:
        self._manager = manager

    def produce(self) -> list[dict[str, str]]:
        return tag_list(self._manager.tag_values())


def _unresolved(production: ModelVariant, shadow: ModelVariant, *, as_keys: bool) -> list[str]:
    return [
        f"variant_name of the {which} variant is a token, must be a literal string where the experiment has a "
        "conclusion or on_delete: they name the variants as keys of a map"
        for which, variant in (("production", production), ("shadow", shadow))
        if as_keys and Token.is_unresolved(variant.variant_name)
    ]
