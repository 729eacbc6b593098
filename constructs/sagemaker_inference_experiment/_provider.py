"""The function behind the custom resource, once a stack."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from sagemaker_inference_experiment._asset import HANDLER, handler_code

_ID = "SageMakerInferenceExperimentProvider"


class InferenceExperimentProvider(Construct):
    """The Lambda function that makes experiments as declared, with its role and its log group.

    One in each stack serves all experiments of the stack; ``InferenceExperiment`` makes it by itself. Its
    ``service_token`` may be given to a ``Custom::SageMakerInferenceExperiment`` in any template of the same account and
    region, once ``grant_pass_role`` has allowed that experiment's role.

    Args:
        scope: The construct to put it into.
        id: Its id there.
        poll_interval: How often a waiting function looks again, 1 second to 1 minute; 5 seconds if omitted.
        log_retention: For how long the function's log is kept; one month if omitted.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        poll_interval: Duration | None = None,
        log_retention: aws_logs.RetentionDays | None = None,
    ) -> None:
        super().__init__(scope, id)
        if poll_interval is not None and not 1 <= poll_interval.to_seconds() <= 60:
            raise ValueError(f"poll_interval is {poll_interval.to_seconds()} seconds, must be 1 to 60")
        stack = Stack.of(self)
        self._log_group = aws_logs.LogGroup(
            self,
            "LogGroup",
            retention=log_retention or aws_logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._role = aws_iam.Role(
            self,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Makes SageMaker inference experiments as they are declared",
        )
        self._log_group.grant_write(self._role)
        for statement in self._statements(stack):
            self._role.add_to_policy(statement)
        self._pass_role: dict[str, _PassRole] = {}
        with handler_code() as code:
            self._function = aws_lambda.Function(
                self,
                "Function",
                description="Custom::SageMakerInferenceExperiment",
                runtime=aws_lambda.Runtime.PYTHON_3_13,
                handler=HANDLER,
                code=code,
                role=self._role,
                log_group=self._log_group,
                memory_size=256,
                timeout=Duration.minutes(15),
                # CloudFormation waits for an hour: what is delivered later has no reader.
                max_event_age=Duration.hours(1),
                retry_attempts=2,
                environment={"POLL_SECONDS": str(poll_interval.to_seconds())} if poll_interval is not None else None,
            )
        # A policy of its own: as part of the role's, the function and its role would depend on each other.
        self._hand_over = aws_iam.Policy(
            self,
            "HandOver",
            roles=[self._role],
            statements=[
                aws_iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"],
                    resources=[self._function.function_arn],
                )
            ],
        )

    @classmethod
    def get_or_create(cls, scope: Construct) -> "InferenceExperimentProvider":
        """The provider of the stack that the scope is in, made with the first call.

        Args:
            scope: A construct of the stack, or the stack itself.
        """
        stack = Stack.of(scope)
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, cls) else cls(stack, _ID)

    @property
    def service_token(self) -> str:
        """The function's ARN: the ``ServiceToken`` of the custom resource."""
        return self._function.function_arn

    @property
    def function(self) -> aws_lambda.IFunction:
        """The Lambda function, for alarms and the like."""
        return self._function

    @property
    def role(self) -> aws_iam.IRole:
        """The role that the function runs under."""
        return self._role

    @property
    def log_group(self) -> aws_logs.ILogGroup:
        """Where the function logs each of its decisions, as JSON."""
        return self._log_group

    def serve(self, resource: Construct, role: aws_iam.IRole) -> None:
        """Lets the function hand this role to SageMaker, and keeps what it needs for as long as the resource.

        Args:
            resource: The custom resource: all that the function needs is made before it, and deleted after it.
            role: The experiment's role; the function may pass no other roles than those of the resources it serves.
        """
        pass_role = self._passing(Stack.of(resource))
        pass_role.allow(role)
        resource.node.add_dependency(self._hand_over, pass_role)

    def grant_pass_role(self, role: aws_iam.IRole) -> None:
        """Lets the function hand this role to SageMaker, for experiments in templates that are not written with CDK.

        Args:
            role: What such an experiment names as its ``RoleArn``.
        """
        self._passing(Stack.of(self)).allow(role)

    def _passing(self, stack: Stack) -> "_PassRole":
        if stack.node.addr not in self._pass_role:
            # In the experiment's stack: the provider's own would depend on the role's, and that on the provider's.
            own = stack is Stack.of(self)
            scope, id = (self, "PassRole") if own else (stack, f"PassRole{self.node.addr}")
            self._pass_role[stack.node.addr] = _PassRole(scope, id, self._role)
        return self._pass_role[stack.node.addr]

    def _statements(self, stack: Stack) -> list[aws_iam.PolicyStatement]:
        def arn(resource: str) -> str:
            return stack.format_arn(service="sagemaker", resource=resource, resource_name="*")

        def allow(resource: str, *actions: str) -> aws_iam.PolicyStatement:
            options: dict[str, Any] = {"actions": [f"sagemaker:{action}" for action in actions]}
            return aws_iam.PolicyStatement(resources=[arn(resource)], **options)

        return [
            allow(
                "inference-experiment",
                "CreateInferenceExperiment",
                "DescribeInferenceExperiment",
                "UpdateInferenceExperiment",
                "StartInferenceExperiment",
                "StopInferenceExperiment",
                "DeleteInferenceExperiment",
                "AddTags",
                "ListTags",
                "DeleteTags",
            ),
            allow("endpoint", "DescribeEndpoint"),
            allow("endpoint-config", "DescribeEndpointConfig"),
            aws_iam.PolicyStatement(
                actions=["cloudformation:DescribeStacks"],
                resources=[stack.format_arn(service="cloudformation", resource="stack", resource_name="*")],
            ),
        ]


class _PassRole(Construct):
    """What lets the function hand the roles of a stack's experiments, and no others, to SageMaker."""

    def __init__(self, scope: Construct, id: str, function_role: aws_iam.IRole) -> None:
        super().__init__(scope, id)
        self._passed: set[str] = set()
        self._statement = aws_iam.PolicyStatement(
            actions=["iam:PassRole"],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
        aws_iam.Policy(self, "Policy", roles=[function_role], statements=[self._statement])

    def allow(self, role: aws_iam.IRole) -> None:
        if role.role_arn not in self._passed:
            self._passed.add(role.role_arn)
            self._statement.add_resources(role.role_arn)
