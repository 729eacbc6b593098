"""The L2 construct."""

from collections.abc import Mapping
from typing import Any

import jsii
from aws_cdk import (
    Aws,
    CustomResource,
    Duration,
    IStableAnyProducer,
    ITaggableV2,
    Lazy,
    RemovalPolicy,
    TagManager,
    TagType,
    aws_iam,
)
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct

from sagemaker_inference_experiment._argument_types import type_faults
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch.watched import Known
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._durations import seconds, unit_faults
from sagemaker_inference_experiment._environment import environment_faults
from sagemaker_inference_experiment._imported import ImportedInferenceExperiment
from sagemaker_inference_experiment._provider import InferenceExperimentProvider
from sagemaker_inference_experiment._references import AnyEndpoint, as_in_arn, endpoint_name, key_arn
from sagemaker_inference_experiment._role import execution_role
from sagemaker_inference_experiment._role_grants import VOLUME_KEY_ACTIONS, grant_key
from sagemaker_inference_experiment._schedule import Schedule, WaitFor
from sagemaker_inference_experiment._tokens import is_unresolved
from sagemaker_inference_experiment._unsupported import endpoint_faults, model_faults
from sagemaker_inference_experiment._validation import TagsValidation, check, name_faults, refuse, tag_list
from sagemaker_inference_experiment._variants import ModelVariant
from sagemaker_inference_experiment._warnings import Declared, warn

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"


@jsii.implements(ITaggableV2)
class InferenceExperiment(IInferenceExperiment):
    """A shadow test: a shadow variant gets a copy of a part of the production variant's traffic, and never answers it.

    Deploying makes the live experiment match what is declared here: it is created, started, updated, concluded. What
    can't be changed on a live experiment is refused, naming the way out: another ``run``.

    Args:
        scope: The construct to put it into.
        id: Its id there.
        endpoint: The endpoint whose traffic is shadowed, as a construct (``CfnEndpoint``, ``IEndpoint``), a reference
            or a name (``EndpointName``). It serves exactly one production variant. A reference to an endpoint of
            another app has an ARN only, where names are in lower case: CloudWatch, which tells names apart by case,
            has no metrics under that if the name has capitals. Then give the name.
        role: What SageMaker assumes to deploy the variants and to capture data (``RoleArn``). If omitted, it is one
            that is made for all such experiments of the stack and has ``AmazonSageMakerFullAccess``, as AWS's guide
            says: there is no list of what would be less. Either is granted the buckets and keys that are given as
            constructs.
        production_variant: The variant that serves the endpoint; it has to mirror what the endpoint serves.
        shadow_variant: The variant to try.
        sampling_percentage: How much of the traffic is copied to the shadow variant, 0 to 100 (``SamplingPercentage``).
        experiment_name: The experiment's name, 1 to 120 letters, digits and hyphens (``Name``). If omitted, one is
            generated from stack, logical id and ``run``; then nothing ever collides.
        run: 1 to 256 characters; another one ends this experiment and starts a new one in its place (``Run``). "1" if
            omitted. Only with a generated name: to start anew with a given one, give another.
        schedule: When it starts and ends (``Schedule``); starts at once, and ends after 7 days, if omitted.
        data_capture: Where requests and responses are kept (``DataStorageConfig``); nowhere if omitted.
        kms_key: Encrypts the storage volumes of the endpoint's instances (``KmsKey``): a key, or its id, ARN or alias.
            SageMaker's own key if omitted.
        description: Up to 1024 characters (``Description``); none if omitted.
        conclusion: Ends the test with the deployment (``DesiredState`` and what belongs to it); while omitted it runs
            to its scheduled end.
        on_delete: What deleting the resource does (``OnDelete``); if omitted the test is cancelled, the shadow variant
            removed, production left as it is, and the record deleted.
        adopt_existing: Takes over an existing experiment of that name that is not this resource's
            (``AdoptExisting``); if omitted such a deployment fails and touches nothing.
        tags: The experiment's tags, besides those of ``Tags.of(scope)``; at most 43 in all (``Tags``).
        removal_policy: ``RETAIN`` leaves everything as it is when the resource goes; ``DESTROY`` if omitted.
        wait_for: Until when a deployment waits for the test to start (``WaitFor``); until it runs if omitted.
        service_timeout: For how long CloudFormation waits, 1 second to 1 hour (``ServiceTimeout``); 1 hour if omitted.
            A token has to be one in seconds.
        provider: The function that serves it, of the same account and region; the stack's own if omitted.

    Raises:
        InvalidExperimentError: With all that can be known to be wrong, each with its value and what is allowed.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: AnyEndpoint,
        role: aws_iam.IRole | None = None,
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
        wait_for: WaitFor | None = None,
        service_timeout: Duration | None = None,
        provider: InferenceExperimentProvider | None = None,
    ) -> None:
        super().__init__(scope, id, physical_name=experiment_name)
        refuse(
            self,
            *type_faults(
                {
                    "endpoint": endpoint,
                    "role": role,
                    "production_variant": production_variant,
                    "shadow_variant": shadow_variant,
                    "sampling_percentage": sampling_percentage,
                    "schedule": schedule,
                    "data_capture": data_capture,
                    "kms_key": kms_key,
                    "conclusion": conclusion,
                    "on_delete": on_delete,
                    "tags": tags,
                    "removal_policy": removal_policy,
                    "service_timeout": service_timeout,
                    "provider": provider,
                }
            ),
        )
        self._tag_manager = TagManager(TagType.MAP, RESOURCE_TYPE)
        for key, value in (tags or {}).items():
            self._tag_manager.set_tag(key, value)
        names_variants_as_keys = conclusion is not None or on_delete is not None
        timeout_faults = (
            unit_faults("service_timeout", service_timeout, ["seconds"]) if service_timeout is not None else []
        )
        declared = {
            "Name": self._physical_name if experiment_name is not None else None,
            "Run": run,
            "Type": "ShadowMode",
            # A role that is made is made after the checks. Until then it is a value that nobody knows.
            "RoleArn": role.role_arn if role is not None else Aws.NO_VALUE,
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
            "WaitFor": str(wait_for) if wait_for is not None else None,
            "ServiceTimeout": seconds(service_timeout) if service_timeout is not None and not timeout_faults else None,
        }
        properties = {key: value for key, value in declared.items() if value is not None}
        check(
            self,
            {**properties, "Tags": tag_list(tags or {})},
            *_unresolved(production_variant, shadow_variant, as_keys=names_variants_as_keys),
            *timeout_faults,
            *(schedule._faults() if schedule is not None else ()),
            *(data_capture._faults() if data_capture is not None else ()),
            *(conclusion._faults("conclusion", shadow_variant) if conclusion is not None else ()),
            *(on_delete.conclusion._faults("on_delete.conclusion", shadow_variant) if on_delete is not None else ()),
            *environment_faults(self, provider, role),
            # A test that is over need not be one that could start: its endpoint may have become another since.
            *(endpoint_faults(endpoint) if conclusion is None else ()),
            *model_faults("production", production_variant.model),
            *model_faults("shadow", shadow_variant.model),
        )
        refuse(self, *name_faults(self, declared["Name"]))
        self.node.add_validation(TagsValidation(properties, self._tag_manager))
        timeout = properties.pop("ServiceTimeout", None)

        self._role = role if role is not None else execution_role(self)
        properties["RoleArn"] = self._role.role_arn
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
        # The resource as such, for escape hatches: `CustomResource` only wraps it.
        self.node.default_child = self._cfn_resource
        adopts = experiment_name if adopt_existing else None
        self._provider.serve(self._resource, self._role, adopts=adopts)
        granted = grant_key(kms_key, self._role, self, *VOLUME_KEY_ACTIONS)
        if data_capture is not None:
            granted += data_capture._grant(self._role, self)
        # The role's policies too have to be there before SageMaker assumes it, and for as long as it does.
        self._resource.node.add_dependency(self._role, *granted)
        self._experiment_name = self._get_resource_name_attribute(self._resource.ref)
        self._experiment_arn = self._get_resource_arn_attribute(
            self._resource.get_att_string("Arn"),
            service="sagemaker",
            resource="inference-experiment",
            resource_name=as_in_arn(self._physical_name),
        )
        self._watched = Known(
            endpoint_name=declared["EndpointName"],
            production_variant_name=production_variant.variant_name,
            shadow_variant_name=shadow_variant.variant_name,
            sampling_percentage=sampling_percentage,
            instance_types=(production_variant.instance_type, shadow_variant.instance_type),
            schedule=schedule,
        )
        warn(
            Declared(
                experiment=self,
                endpoint=endpoint,
                endpoint_name=properties["EndpointName"],
                production_variant_name=production_variant.variant_name,
                shadow_variant_name=shadow_variant.variant_name,
                sampling_percentage=sampling_percentage,
                conclusion=conclusion,
                on_delete=on_delete,
            )
        )

    @classmethod
    def from_experiment_name(cls, scope: Construct, id: str, experiment_name: str) -> IInferenceExperiment:
        """An experiment of the scope's account and region that is declared elsewhere.

        SageMaker lower-cases names in ARNs, so the ARN that is made here has the name in lower case. In a name that is
        a token nothing can be changed: it has to be in lower case (as generated ones are), or what is granted is
        granted on an ARN that does not exist. ``from_experiment_arn`` has no such trap.

        Args:
            scope: The construct to put it into.
            id: Its id there.
            experiment_name: The experiment's name (``Name``).

        Raises:
            ValueError: If that is no experiment's name.
        """
        return cls.from_experiment_attributes(scope, id, experiment_name=experiment_name)

    @classmethod
    def from_experiment_arn(cls, scope: Construct, id: str, experiment_arn: str) -> IInferenceExperiment:
        """An experiment that is declared elsewhere, perhaps in another account or region.

        Its name is that in the ARN: in lower case, however it was given (SageMaker lower-cases names in ARNs).

        Args:
            scope: The construct to put it into.
            id: Its id there.
            experiment_arn: The experiment's ARN (``Arn``).

        Raises:
            ValueError: If that is no experiment's ARN.
        """
        return cls.from_experiment_attributes(scope, id, experiment_arn=experiment_arn)

    @classmethod
    def from_experiment_attributes(
        cls,
        scope: Construct,
        id: str,
        *,
        experiment_name: str | None = None,
        experiment_arn: str | None = None,
        endpoint_name: str | None = None,
        production_variant_name: str | None = None,
        shadow_variant_name: str | None = None,
    ) -> IInferenceExperiment:
        """An experiment that is declared elsewhere, with what is known of it.

        Args:
            scope: The construct to put it into.
            id: Its id there.
            experiment_name: Its name, in the scope's account and region; see ``from_experiment_name``.
            experiment_arn: Its ARN, instead of the name; see ``from_experiment_arn``.
            endpoint_name: The endpoint whose traffic is shadowed (``EndpointName``). If omitted, what needs it raises a
                ``ValueError``; likewise the two below.
            production_variant_name: The variant that serves the endpoint (``SourceModelVariantName``).
            shadow_variant_name: The variant that is tried (``ShadowModelVariantName``).

        Raises:
            ValueError: If neither or both of name and ARN are given, or one that can't be.
        """
        return ImportedInferenceExperiment(
            scope,
            id,
            experiment_name=experiment_name,
            experiment_arn=experiment_arn,
            endpoint_name=endpoint_name,
            production_variant_name=production_variant_name,
            shadow_variant_name=shadow_variant_name,
        )

    @property
    def cdk_tag_manager(self) -> TagManager:
        """The experiment's tags, through which ``Tags.of(scope)`` reaches it."""
        return self._tag_manager

    @property
    def experiment_name(self) -> str:
        """The experiment's name, which is also the resource's physical id (``Name``)."""
        return self._experiment_name

    @property
    def experiment_arn(self) -> str:
        """The experiment's ARN (``Arn``)."""
        return self._experiment_arn

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
    def _reported_start_time(self) -> str:
        return self.start_time

    @property
    def _reported_end_time(self) -> str:
        return self.end_time

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint whose traffic is shadowed (``EndpointName``)."""
        return self._resource.get_att_string("EndpointName")

    @property
    def endpoint_config_name(self) -> str:
        """The configuration that the endpoint had after the last deployment (``EndpointConfigName``)."""
        return self._resource.get_att_string("EndpointConfigName")

    @property
    def role(self) -> aws_iam.IRole:
        """What SageMaker assumes: the role that was given, or the one that was made for the stack (``RoleArn``)."""
        return self._role

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
        if as_keys and is_unresolved(variant.variant_name)
    ]
