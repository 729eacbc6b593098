"""The L2 construct."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jsii
from aws_cdk import CustomResource, Duration, ITaggableV2, RemovalPolicy, Stack, TagManager, aws_iam
from aws_cdk.interfaces.aws_kms import IKeyRef
from constructs import Construct, IConstruct

from sagemaker_inference_experiment._alarms_given import AnyAlarm
from sagemaker_inference_experiment._app import production_instances, variant_names
from sagemaker_inference_experiment._argument_types import readable
from sagemaker_inference_experiment._base import IInferenceExperiment
from sagemaker_inference_experiment._cloudwatch.watched import Known, KnownVariant
from sagemaker_inference_experiment._conclusion import Conclusion, OnDelete
from sagemaker_inference_experiment._data_capture import DataCapture
from sagemaker_inference_experiment._declaration import Declaration
from sagemaker_inference_experiment._environment import deployed_together, stack_of
from sagemaker_inference_experiment._gate import Gate
from sagemaker_inference_experiment._guardrail import Guardrails
from sagemaker_inference_experiment._imported import ImportedInferenceExperiment
from sagemaker_inference_experiment._provider import InferenceExperimentProvider, stack_provider
from sagemaker_inference_experiment._references import AnyEndpoint, as_in_arn, model_name
from sagemaker_inference_experiment._reflection import found_behind
from sagemaker_inference_experiment._role import execution_role, role_arn
from sagemaker_inference_experiment._role_grants import VOLUME_KEY_ACTIONS, Granted, grant_key
from sagemaker_inference_experiment._schedule import Schedule, WaitFor
from sagemaker_inference_experiment._tags import ExperimentTags
from sagemaker_inference_experiment._validation import check, refuse
from sagemaker_inference_experiment._variants import ModelVariant
from sagemaker_inference_experiment._warnings import warn, warn_of_missing_grants
from sagemaker_inference_experiment._watched import Watched
from sagemaker_inference_experiment._whole_app import watch

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"


@jsii.implements(ITaggableV2)
class InferenceExperiment(IInferenceExperiment):
    """A shadow test: SageMaker sends a copy of a part of the production variant's requests to a shadow variant.

    The responses of the shadow variant are not returned to the caller. A deployment creates, starts, updates or
    concludes the experiment, so that it matches this declaration. A change that SageMaker can't make to a live
    experiment fails the deployment. Use another ``run`` to start a new experiment instead.

    Args:
        scope: The parent construct.
        id: The construct's id in the scope.
        endpoint: The endpoint whose traffic is shadowed, as a construct (``CfnEndpoint``, ``IEndpoint``), a reference
            or a name (``EndpointName``). It is in the account and the region of the experiment, and has exactly one
            production variant and no other shadow variant. A reference to an endpoint of another app only has an ARN,
            in which SageMaker lower-cases the name. CloudWatch dimensions are case-sensitive, so give the name itself
            if it contains capital letters.
        role: The role that SageMaker assumes to deploy the variants and to capture data (``RoleArn``). If omitted, the
            stack gets one role for all such experiments, with the managed policy ``AmazonSageMakerFullAccess``, as
            AWS's guide says. AWS does not document a smaller set of permissions. The role is granted access to the
            buckets and keys that are given as constructs.
        production_variant: The production variant of the endpoint. If omitted, the deployment that creates the test
            takes it as the endpoint serves it: name, model, instance type and current instance count. If given, it must
            match the endpoint's configuration. Synth compares the two if the configuration is in the app.
        shadow_variant: The variant to test. It only requires a model.
        sampling_percentage: The percentage of the requests that SageMaker copies to the shadow variant, 0 to 100
            (``SamplingPercentage``). A whole number can also be a string, because ``cdk deploy -c sampling=30`` sets
            the context value ``"30"``.
        experiment_name: The experiment's name, 1 to 120 letters, digits and hyphens (``Name``). If omitted, one is
            generated from the stack, the logical id and ``run``, and is unique.
        run: 1 to 256 characters (``Run``); "1" if omitted. Change it to end this experiment and start a new one in its
            place. It requires a generated name. To replace an experiment with a given name, change the name.
        schedule: When the test starts and ends (``Schedule``). If omitted, it starts immediately and ends after 7 days.
        data_capture: Where SageMaker stores requests and responses (``DataStorageConfig``). If omitted, it stores none.
        kms_key: Encrypts the storage volumes of the endpoint's instances (``KmsKey``): a key of the region, or
            its id, ARN or alias. SageMaker's own key if omitted or empty.
        description: Up to 1024 characters in one line (``Description``); none if omitted.
        conclusion: Ends the test with the deployment (``DesiredState`` and the related properties). If omitted, the
            test runs until its scheduled end.
        promote_if: What has to hold before the shadow variant is promoted (``PromoteIf``). You can declare it before
            the promotion, and the dashboard shows its limits. It decides in a deployment whose conclusion promotes the
            shadow variant, as ``only_if`` of that conclusion does; nothing if omitted.
        on_delete: What happens to the test when the resource is deleted (``OnDelete``). If omitted, the test is
            cancelled, the shadow variant is removed, the production variant is retained, and the record is deleted.
        adopt_existing: Whether to take over an existing experiment with that name that does not belong to this resource
            (``AdoptExisting``). If omitted, such a deployment fails and changes nothing.
        tags: The experiment's tags, in addition to those of ``Tags.of(scope)``; at most 43 in total (``Tags``).
        removal_policy: ``RETAIN`` keeps the experiment when the resource is removed; ``DESTROY`` if omitted.
        wait_for: The status until which a deployment waits for the test (``WaitFor``). If omitted, it waits until the
            test runs.
        service_timeout: How long CloudFormation waits, 1 second to 1 hour (``ServiceTimeout``); 1 hour if omitted.
            A token must be in seconds.
        provider: The function that manages the experiment, in the same account and region. If omitted, it is the
            function of the stack.

    Raises:
        InvalidExperimentError: If the declaration is invalid. The message lists all faults that synth can find, with
            the values that are allowed.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint: AnyEndpoint,
        role: aws_iam.IRole | None = None,
        production_variant: ModelVariant | None = None,
        shadow_variant: ModelVariant,
        sampling_percentage: int,
        experiment_name: str | None = None,
        run: str | None = None,
        schedule: Schedule | None = None,
        data_capture: DataCapture | None = None,
        kms_key: IKeyRef | str | None = None,
        description: str | None = None,
        conclusion: Conclusion | None = None,
        promote_if: Gate | None = None,
        on_delete: OnDelete | None = None,
        adopt_existing: bool | None = None,
        tags: Mapping[str, str] | None = None,
        removal_policy: RemovalPolicy | None = None,
        wait_for: WaitFor | None = None,
        service_timeout: Duration | None = None,
        provider: InferenceExperimentProvider | None = None,
    ) -> None:
        # A name of another type is a fault, and is reported with all others.
        super().__init__(scope, id, physical_name=experiment_name if isinstance(experiment_name, str) else None)
        stack = stack_of(self, scope)
        given = Declaration(
            endpoint=endpoint,
            role=role,
            production_variant=production_variant,
            shadow_variant=shadow_variant,
            sampling_percentage=sampling_percentage,
            experiment_name=experiment_name,
            run=run,
            schedule=schedule,
            data_capture=data_capture,
            kms_key=kms_key,
            description=description,
            conclusion=conclusion,
            promote_if=promote_if,
            on_delete=on_delete,
            adopt_existing=adopt_existing,
            tags=tags,
            removal_policy=removal_policy,
            wait_for=wait_for,
            service_timeout=service_timeout,
            provider=provider,
        )
        legible = readable(given)
        declaration = legible.declaration
        properties = declaration._render(stack, name=self._physical_name if experiment_name is not None else None)
        over = check(self, stack, legible, properties)
        self._make(stack, declaration, properties)
        endpoint_name = properties["EndpointName"]
        self._production_model = _production_model(stack, declaration)
        self._watched = self._known(stack, declaration, endpoint_name, over=over)
        warn(self, declaration)
        watch(
            Watched(experiment=self, stack=stack, declaration=declaration, endpoint_name=endpoint_name, over=over),
            self._provider,
        )

    def _make(self, stack: Stack, declaration: Declaration, properties: dict[str, Any]) -> None:
        """Creates the custom resource and everything that it depends on."""
        self._role = declaration.role if declaration.role is not None else execution_role(stack)
        self._provider = declaration.provider if declaration.provider is not None else stack_provider(stack)
        timeout = properties.pop("ServiceTimeout", None)
        properties["RoleArn"] = role_arn(self._role)
        self._tags = ExperimentTags(self, RESOURCE_TYPE, properties, declaration.tags or {})
        self._resource = CustomResource(
            self,
            "Resource",
            service_token=self._provider.service_token,
            resource_type=RESOURCE_TYPE,
            removal_policy=declaration.removal_policy,
            properties={**properties, "Tags": self._tags.lazy()},
        )
        node = self._resource.node
        cfn_resource: Any = node.default_child
        if timeout is not None:
            # CustomResource would render it as a string, and cfn-lint would warn about that at every synth.
            cfn_resource.add_property_override("ServiceTimeout", timeout)
        self._requests: set[str] = set()
        # Escape hatches need the CloudFormation resource, which CustomResource wraps.
        self.node.default_child = cfn_resource
        self._guardrails = Guardrails(self, stack, cfn_resource, self._provider)
        adopts = declaration.experiment_name if declaration.adopt_existing else None
        reads = declaration.gate._reads if declaration.gate is not None else ()
        served = self._provider._serve(stack, self._role, adopts, reads)
        granted = self._grant(stack, declaration)
        # The function and the role keep their permissions for as long as the experiment exists.
        node.add_dependency(*served, self._role, *(each.to for each in granted))
        warn_of_missing_grants(self, granted)

    def _grant(self, stack: Stack, declaration: Declaration) -> list[Granted]:
        """Grants the role access to the keys and the bucket that are given as constructs."""
        granted = grant_key(declaration.kms_key, self._role, stack, *VOLUME_KEY_ACTIONS)
        if declaration.data_capture is not None:
            granted += declaration.data_capture._grant(self._role, stack)
        return granted

    def _known(self, stack: Stack, declaration: Declaration, endpoint_name: str, *, over: bool) -> Known:
        """The values for CloudWatch. A value that only the deployment knows is an attribute of the resource."""
        production, shadow = variant_names(stack, declaration, found_behind)
        instance_type, _ = production_instances(stack, declaration, found_behind)
        return Known(
            endpoint_name=endpoint_name,
            production_variant_name=production or self._resource.get_att_string("ProductionVariantName"),
            shadow_variant_name=shadow or self._resource.get_att_string("ShadowVariantName"),
            sampling_percentage=declaration.sampling_percentage,
            production=KnownVariant(model_name=self.production_model_name, instance_type=instance_type),
            shadow=KnownVariant(
                model_name=model_name(declaration.shadow_variant.model, stack),
                # The shadow variant has the instance type of production if its own is omitted.
                instance_type=declaration.shadow_variant.instance_type or instance_type,
            ),
            schedule=declaration.schedule,
            over=over,
            gate=declaration.gate,
        )

    def end_on(self, alarm: AnyAlarm, reason: str | None = None) -> None:
        """Ends the running test when an alarm is in ALARM. Call it once for each alarm.

        An EventBridge rule invokes the provider's function when the alarm goes to ALARM, and every 15 minutes, because
        an alarm may ring before the test runs. The function confirms that the alarm is in ALARM. Then it cancels the
        test, removes the shadow variant, and production stays as it is served. It waits for a deployment that changes
        the test. A test that has not started, or has ended, is not changed. ``INSUFFICIENT_DATA`` ends nothing.

        The next deployment succeeds if the declaration is unchanged, and fails if it promotes the shadow variant.

        If the function can't end the test, the test continues. Create an alarm for that with the provider's
        ``alarm_errors`` and ``alarm_dead_letters``.

        Args:
            alarm: The alarm, as a construct (``Alarm``, ``CompositeAlarm``), a reference or an ARN. It must be in the
                account and the region of the experiment.
            reason: Up to 1024 characters in one line. SageMaker stores it as the experiment's ``StatusReason``, after
                the alarm's name and before the alarm's own reason. If omitted, it stores only these.

        Raises:
            InvalidExperimentError: If the alarm or the reason is invalid, or if the alarm is already given.
        """
        refuse(self, self._guardrails.faults(alarm, reason))
        self._guardrails.add(alarm, reason)

    @classmethod
    def from_experiment_name(cls, scope: Construct, id: str, experiment_name: str) -> IInferenceExperiment:
        """Imports an experiment of the scope's account and region that is declared elsewhere.

        SageMaker lower-cases names in ARNs, so the import's ARN has the name in lower case. CDK can't lower-case a
        token: a name that is a token must be in lower case, as generated names are. Otherwise, permissions are granted
        on an ARN that does not exist. ``from_experiment_arn`` does not have this restriction.

        Args:
            scope: The parent construct.
            id: The construct's id in the scope.
            experiment_name: The experiment's name (``Name``).

        Raises:
            ValueError: If the name is invalid.
        """
        return cls.from_experiment_attributes(scope, id, experiment_name=experiment_name)

    @classmethod
    def from_experiment_arn(cls, scope: Construct, id: str, experiment_arn: str) -> IInferenceExperiment:
        """Imports an experiment that is declared elsewhere, which may be in another account or region.

        Its name is the one in the ARN, which SageMaker lower-cases.

        Args:
            scope: The parent construct.
            id: The construct's id in the scope.
            experiment_arn: The experiment's ARN (``Arn``).

        Raises:
            ValueError: If it is not the ARN of an inference experiment.
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
        """Imports an experiment that is declared elsewhere, with the given attributes.

        Args:
            scope: The parent construct.
            id: The construct's id in the scope.
            experiment_name: Its name, in the scope's account and region; see ``from_experiment_name``.
            experiment_arn: Its ARN, instead of the name; see ``from_experiment_arn``.
            endpoint_name: The name of the endpoint whose traffic is shadowed (``EndpointName``). If you omit this, or a
                name below, members that need it raise a ``ValueError``.
            production_variant_name: The name of the production variant (``SourceModelVariantName``).
            shadow_variant_name: The name of the shadow variant (``ShadowModelVariantName``).

        Raises:
            ValueError: If neither or both of name and ARN are given, or if the given one is invalid.
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
        """The tag manager that ``Tags.of(scope)`` uses."""
        return self._tags.manager

    @cached_property
    def experiment_name(self) -> str:
        """The experiment's name, which is also the resource's physical id (``Name``)."""
        return self._get_resource_name_attribute(self._resource.ref)

    @cached_property
    def experiment_arn(self) -> str:
        """The experiment's ARN (``Arn``)."""
        return self._get_resource_arn_attribute(
            self._resource.get_att_string("Arn"),
            service="sagemaker",
            resource="inference-experiment",
            resource_name=as_in_arn(self._physical_name),
        )

    @property
    def experiment_status(self) -> str:
        """The status in which the last deployment left the experiment (``Status``).

        ``Deleted`` if the test is declared as ended and its record no longer exists.
        """
        return self._resource.get_att_string("Status")

    @property
    def status_reason(self) -> str:
        """The reason for that status: SageMaker's, or that of the conclusion (``StatusReason``)."""
        return self._resource.get_att_string("StatusReason")

    @property
    def start_time(self) -> str:
        """When the test started or will start, in ISO 8601; empty if SageMaker does not report it (``StartTime``)."""
        return self._resource.get_att_string("StartTime")

    @property
    def end_time(self) -> str:
        """When the test ended or will end, in ISO 8601; empty if SageMaker does not report it (``EndTime``)."""
        return self._resource.get_att_string("EndTime")

    @property
    def gate(self) -> str:
        """The verdict of the last deployment on ``promote_if`` or ``only_if`` (``Gate``).

        For example, ``holds: 5 of 5 criteria at 2030-01-03T12:00:00Z``. Empty if the deployment judged no gate: it has
        none, it does not promote the shadow variant, or the shadow variant was already promoted.

        A test that was deployed by an earlier version of this package gets an Update, which changes nothing in
        SageMaker (``Attributes``).
        """
        return self._requested("Gate")

    @property
    def _reported_start_time(self) -> str:
        return self.start_time

    @property
    def _reported_end_time(self) -> str:
        return self.end_time

    def _report_scheduled_end(self, scope: IConstruct) -> str | None:
        if not deployed_together(scope, self):
            return None
        return self._requested("ScheduledEndEpoch")

    def _report_instance_type(self, scope: IConstruct, role: str) -> str | None:
        if not deployed_together(scope, self):
            return None
        return self._requested(f"{role.capitalize()}InstanceType")

    def _requested(self, attribute: str) -> str:
        """An attribute that the function of an earlier release did not report.

        CloudFormation keeps the attributes of the last response. With a changed property it sends an Update. Otherwise,
        the deployment would fail.
        """
        self._requests.add(attribute)
        resource: Any = self._resource.node.default_child
        resource.add_property_override("Attributes", sorted(self._requests))
        return self._resource.get_att_string(attribute)

    @property
    def endpoint_name(self) -> str:
        """The name of the endpoint whose traffic is shadowed (``EndpointName``)."""
        return self._resource.get_att_string("EndpointName")

    @property
    def endpoint_config_name(self) -> str:
        """The endpoint's configuration after the last deployment (``EndpointConfigName``)."""
        return self._resource.get_att_string("EndpointConfigName")

    @property
    def production_model_name(self) -> str:
        """The model of the production variant (``ModelName``), as declared or as taken from the endpoint."""
        return self._production_model or self._resource.get_att_string("ProductionModelName")

    @property
    def role(self) -> aws_iam.IRole:
        """The role that SageMaker assumes: the given one, or the one of the stack (``RoleArn``)."""
        return self._role

    @property
    def provider(self) -> InferenceExperimentProvider:
        """The function that serves this experiment."""
        return self._provider


def _production_model(stack: Stack, declaration: Declaration) -> str | None:
    production = declaration.production_variant
    return model_name(production.model, stack) if production is not None else None
