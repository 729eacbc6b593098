"""The function of the custom resource, one for each stack."""

from collections.abc import Iterable
from typing import Unpack

from aws_cdk import (
    Duration,
    RemovalPolicy,
    Stack,
    aws_cloudwatch,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_sqs,
)
from aws_cdk.aws_cloudwatch import Stats
from constructs import Construct

from sagemaker_inference_experiment._ask_once import ask_once
from sagemaker_inference_experiment._asset import HANDLER, handler_code
from sagemaker_inference_experiment._cloudwatch.options import AlarmOptions
from sagemaker_inference_experiment._cloudwatch.provider_alarms import alarm_on_any
from sagemaker_inference_experiment._dead_letters import guard
from sagemaker_inference_experiment._durations import seconds, text
from sagemaker_inference_experiment._environment import stack_of
from sagemaker_inference_experiment._log_key import let_logs_use
from sagemaker_inference_experiment._permissions import (
    EVIDENCE,
    Served,
    changes_of_any_stack,
    changes_of_own_stack,
    network_interfaces,
    statements,
)
from sagemaker_inference_experiment._provider_options import ProviderOptions, checked_options
from sagemaker_inference_experiment._reflection import address_of
from sagemaker_inference_experiment._role_policy import RolePolicy

_ID = "SageMakerInferenceExperimentProvider"


class InferenceExperimentProvider(Construct):
    """The Lambda function that manages experiments, with its role and its log group.

    One provider serves all experiments of a stack. ``InferenceExperiment`` creates it automatically, and ``for_stack``
    creates it with other settings. You can use its ``service_token`` for a ``Custom::SageMakerInferenceExperiment`` in
    any template of the same account and region, after ``serve_templates`` has allowed that experiment's role.

    A deployed experiment can't move to another provider: CloudFormation does not allow changes of a ``ServiceToken``.

    Args:
        scope: The parent construct.
        id: The construct's id in the scope.
        **options: The settings (``ProviderOptions``).

    Raises:
        ValueError: If a setting is out of range or of a wrong type, or if a VPC setting is given without a VPC.
    """

    def __init__(self, scope: Construct, id: str, **options: Unpack[ProviderOptions]) -> None:
        # Before the construct is in the tree: it would be left there, without a function.
        options = checked_options(options)
        super().__init__(scope, id)
        self._stack = stack_of(self, scope)
        self._log_group = self._make_log_group(options)
        self._role = self._make_role(options)
        self._function = self._make_function(options)
        self._service_token = self._function.function_arn
        self._stacks: dict[str, Served] = {}
        self._shared: RolePolicy | None = None
        self._dead_letters: aws_sqs.Queue | None = None
        # A separate policy: in the role's own policy, the function and its role would depend on each other.
        self._hand_over = RolePolicy(self, "HandOver", self._role)
        self._hand_over.add(aws_iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self._service_token]))

    def _make_log_group(self, options: ProviderOptions) -> aws_logs.LogGroup:
        key = options.get("log_encryption_key")
        log_group = aws_logs.LogGroup(
            self,
            "LogGroup",
            retention=options.get("log_retention") or aws_logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
            encryption_key=key,
        )
        if key is not None:
            let_logs_use(key, log_group)
        return log_group

    def _make_role(self, options: ProviderOptions) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Makes SageMaker inference experiments as they are declared",
            permissions_boundary=options.get("permissions_boundary"),
        )
        self._log_group.grant_write(role)
        for statement in (*statements(self._stack), changes_of_own_stack(self._stack)):
            role.add_to_policy(statement)
        if options.get("vpc") is not None:
            role.add_to_policy(network_interfaces())
        return role

    def _make_function(self, options: ProviderOptions) -> aws_lambda.Function:
        memory_size, security_groups = options.get("memory_size"), options.get("security_groups")
        with handler_code(self) as code:
            return aws_lambda.Function(
                self,
                "Function",
                description="Custom::SageMakerInferenceExperiment",
                runtime=aws_lambda.Runtime.PYTHON_3_13,
                handler=HANDLER,
                code=code,
                role=self._role,
                log_group=self._log_group,
                memory_size=memory_size if memory_size is not None else 256,
                reserved_concurrent_executions=options.get("reserved_concurrent_executions"),
                timeout=Duration.minutes(15),
                # CloudFormation waits for an hour, so a later delivery has no effect.
                max_event_age=Duration.hours(1),
                retry_attempts=2,
                environment=_environment(options) or None,
                tracing=options.get("tracing"),
                vpc=options.get("vpc"),
                vpc_subnets=options.get("vpc_subnets"),
                security_groups=list(security_groups) if security_groups is not None else None,
            )

    @classmethod
    def for_stack(cls, scope: Construct, **options: Unpack[ProviderOptions]) -> "InferenceExperimentProvider":
        """Creates the provider of the scope's stack, with settings.

        It has the same logical ids as the provider that the first experiment of the stack would create. You can
        therefore add, change and remove settings while experiments are deployed.

        Args:
            scope: A construct of the stack, or the stack itself.
            **options: The settings (``ProviderOptions``).

        Raises:
            ValueError: If the stack already has a provider, or if a setting is out of range.
        """
        stack = Stack.of(scope)
        if stack.node.try_find_child(_ID) is not None:
            raise ValueError(
                f"stack {stack.node.path} already has a provider: call InferenceExperimentProvider.for_stack once, "
                "before the first InferenceExperiment in that stack"
            )
        return cls(stack, _ID, **options)

    @classmethod
    def get_or_create(cls, scope: Construct) -> "InferenceExperimentProvider":
        """The provider of the scope's stack. The first call creates it.

        Args:
            scope: A construct of the stack, or the stack itself.
        """
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, cls) else cls(stack, _ID)

    @property
    def service_token(self) -> str:
        """The function's ARN: the ``ServiceToken`` of the custom resource."""
        return self._service_token

    @property
    def function(self) -> aws_lambda.IFunction:
        """The Lambda function, for example to create alarms for it."""
        return self._function

    @property
    def role(self) -> aws_iam.IRole:
        """The function's execution role."""
        return self._role

    @property
    def log_group(self) -> aws_logs.ILogGroup:
        """The log group to which the function writes its decisions, as JSON."""
        return self._log_group

    @property
    def dead_letter_queue(self) -> aws_sqs.IQueue | None:
        """The queue of the events that the function has not served; ``None`` as long as there is no guardrail."""
        return self._dead_letters

    def serve(
        self, resource: Construct, role: aws_iam.IRole, *, adopts: str | None = None, promote_if: bool = False
    ) -> None:
        """Allows the function to serve an experiment for as long as the resource exists.

        Args:
            resource: The custom resource. The function's permissions are created before it, and deleted after it.
            role: The experiment's role. The function may only pass the roles of the resources that it serves.
            adopts: The name of an experiment that may be taken over (``AdoptExisting``); none if omitted.
            promote_if: Whether the resource may have ``PromoteIf``. The function may then read all metrics and alarms
                of the account and region; it may not if omitted.
        """
        resource.node.add_dependency(*self._serve(Stack.of(resource), role, adopts, EVIDENCE if promote_if else ()))

    def serve_templates(
        self,
        role: aws_iam.IRole,
        *,
        adopts: str | None = None,
        promote_if: bool = False,
        guardrails: bool = False,
    ) -> None:
        """Allows the function to serve experiments in other templates of this account and region, not written with CDK.

        Args:
            role: The role that such an experiment has as its ``RoleArn``.
            adopts: The name of an experiment that may be taken over (``AdoptExisting``); none if omitted.
            promote_if: Whether such experiments may have ``PromoteIf``. The function may then read all metrics and
                alarms of the account and region; it may not if omitted.
            guardrails: Whether rules of these templates may end experiments when an alarm rings. The provider then has
                a dead-letter queue, and the function may read alarms. False if omitted.
        """
        self._let_change_any()
        self._allow(self._stack, role, adopts, EVIDENCE if promote_if else ())
        if guardrails:
            self._guard()

    def alarm_errors(self, scope: Construct, id: str, **options: Unpack[AlarmOptions]) -> aws_cloudwatch.Alarm:
        """An alarm for a function that fails: a guardrail did not end its test, or a response was not delivered.

        The function's log shows the reason. A deployment that fails is no error of the function.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            options: Other options of the alarm.
        """
        says = "The function behind Custom::SageMakerInferenceExperiment fails"
        return alarm_on_any(scope, id, self._function.metric_errors(), says, **options)

    def alarm_dead_letters(self, scope: Construct, id: str, **options: Unpack[AlarmOptions]) -> aws_cloudwatch.Alarm:
        """An alarm for an event that the function has not served after several attempts.

        Such an event is in the provider's dead-letter queue. The alarm is in ALARM until the queue is empty.

        Args:
            scope: The parent construct of the alarm.
            id: The alarm's id in the scope.
            options: Other options of the alarm.
        """
        says = "Events that the function behind Custom::SageMakerInferenceExperiment has not served"
        metric = self._guard().metric_approximate_number_of_messages_visible(statistic=Stats.MAXIMUM)
        return alarm_on_any(scope, id, metric, says, **options)

    def _guard(self) -> aws_sqs.Queue:
        """Makes what guardrails need, when the first of them is declared. Returns the dead-letter queue."""
        if self._dead_letters is None:
            self._dead_letters = guard(self, self._hand_over, self._function)
        return self._dead_letters

    def _serve(self, stack: Stack, role: aws_iam.IRole, adopts: str | None, reads: Iterable[str]) -> list[Construct]:
        """Allows the function to serve an experiment of the stack. Returns what the experiment must depend on.

        ``reads``: the operations of CloudWatch that decide about its promotion.
        """
        served = self._allow(stack, role, adopts, reads)
        shared = [self._let_change_any()] if stack is not self._stack else []
        return [self._hand_over.construct, served, *shared]

    def _allow(self, stack: Stack, role: aws_iam.IRole, adopts: str | None, reads: Iterable[str]) -> Served:
        served = self._served(stack)
        served.allow(role)
        if adopts is not None:
            served.adopt(adopts)
        for operation in reads:
            served.read(operation)
        return served

    def _let_change_any(self) -> aws_iam.Policy:
        # One policy for all stacks: one for each would soon exceed the 10,240 characters of a role's inline policies.
        if self._shared is None:
            self._shared = RolePolicy(self, "Shared", self._role)
            self._shared.add(changes_of_any_stack(self._stack))
        return self._shared.construct

    def _served(self, stack: Stack) -> Served:
        address = address_of(stack)
        if address not in self._stacks:
            # In the experiment's stack: in the provider's, that stack and the role's stack would depend on each other.
            own = stack is self._stack
            scope, id = (self, "Served") if own else (stack, f"Served{address_of(self)}")
            self._stacks[address] = Served(scope, id, self._role)
        return self._stacks[address]


@ask_once
def stack_provider(stack: Stack) -> InferenceExperimentProvider:
    """The provider of the stack's experiments for which none is given."""
    return InferenceExperimentProvider.get_or_create(stack)


def _environment(options: ProviderOptions) -> dict[str, str]:
    poll_interval, log_level = options.get("poll_interval"), options.get("log_level")
    return {
        **({"POLL_SECONDS": text(seconds(poll_interval))} if poll_interval is not None else {}),
        **({"LOG_LEVEL": str(log_level)} if log_level is not None else {}),
    }
