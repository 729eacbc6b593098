"""The permissions of the function."""

from aws_cdk import Aws, Names, Stack, aws_iam
from constructs import Construct

from inference_experiment_handler.model import operations
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from sagemaker_inference_experiment._references import as_in_arn
from sagemaker_inference_experiment._role import role_arn
from sagemaker_inference_experiment._role_policy import RolePolicy

EVIDENCE = (operations.GET_METRIC_DATA, operations.DESCRIBE_ALARMS)
"""The operations of CloudWatch that judge whether a shadow variant may be promoted."""
_OWNED = f"aws:ResourceTag/{STACK_TAG}"


def statements(stack: Stack) -> list[aws_iam.PolicyStatement]:
    """The permissions that the function needs for all experiments."""
    return [
        _allow(
            [_arn(stack, "inference-experiment")],
            operations.CREATE,
            operations.DESCRIBE,
            operations.LIST_TAGS,
            # The function tags the experiments that it creates, and a test that it takes over.
            operations.ADD_TAGS,
        ),
        _allow([_arn(stack, "endpoint")], operations.DESCRIBE_ENDPOINT),
        _allow([_arn(stack, "endpoint-config")], operations.DESCRIBE_ENDPOINT_CONFIG),
        aws_iam.PolicyStatement(
            actions=[
                f"cloudformation:{each}" for each in (operations.DESCRIBE_STACKS, operations.DESCRIBE_STACK_RESOURCE)
            ],
            resources=[_stacks(stack)],
        ),
    ]


def network_interfaces() -> aws_iam.PolicyStatement:
    """The permissions for a function in a VPC, as in Lambda's guide. The interfaces are not known in advance."""
    return aws_iam.PolicyStatement(
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        resources=["*"],
    )


def changes_of_own_stack(stack: Stack) -> aws_iam.PolicyStatement:
    """Allows changes to the experiments of this stack only. IAM enforces that by their tag."""
    return _changes(stack, {"StringEquals": {_OWNED: Aws.STACK_ID}})


def changes_of_any_stack(stack: Stack) -> aws_iam.PolicyStatement:
    """Allows changes to the experiments of all stacks in the account and region, which share the function."""
    return _changes(stack, {"StringLike": {_OWNED: _stacks(stack)}})


def take_over(*arns: str) -> aws_iam.PolicyStatement:
    """Allows changes to experiments with the tags of another owner, or without. ARNs can be added later."""
    return _allow(list(arns), operations.UPDATE, operations.START, operations.STOP)


def read_evidence(operation: str) -> aws_iam.PolicyStatement:
    """Allows an operation of CloudWatch that reads metrics or alarms.

    IAM has no resources for metrics. ``DescribeAlarms`` returns composite alarms only if it is allowed on all alarms.
    """
    return aws_iam.PolicyStatement(actions=[f"cloudwatch:{operation}"], resources=["*"])


class Served(Construct):
    """Allows the function to serve the experiments of one stack: to pass their roles to SageMaker, and no others."""

    def __init__(self, scope: Construct, id: str, function_role: aws_iam.IRole) -> None:
        super().__init__(scope, id)
        self._stack = Stack.of(scope)
        self._passed: set[str] = set()
        self._reads: set[str] = set()
        self._take_over = take_over()
        self._pass_role = aws_iam.PolicyStatement(
            actions=["iam:PassRole"],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
        # CDK names a policy after its logical id, which is the same in each stack that shares the function: the role
        # would keep only one of the policies, and lose it when the first of these stacks is deleted.
        name = Names.unique_resource_name(self, max_length=128)
        self._policy = RolePolicy(self, "Policy", function_role, name=name)

    def allow(self, role: aws_iam.IRole) -> None:
        """Allows the function to pass the role to SageMaker."""
        arn = role_arn(role)
        if arn not in self._passed:
            self._passed.add(arn)
            self._policy.add(self._pass_role, arn)

    def read(self, operation: str) -> None:
        """Allows the function to read what decides about promotions, by an operation of CloudWatch."""
        if operation not in self._reads:
            self._reads.add(operation)
            self._policy.add(read_evidence(operation))

    def adopt(self, experiment_name: str) -> None:
        """Allows changes to an experiment of that name with the tags of another owner, or without."""
        # SageMaker lower-cases names in several types of ARNs. AWS does not document if that includes those for IAM.
        names = {experiment_name, as_in_arn(experiment_name)}
        arns = [_arn(self._stack, "inference-experiment", name) for name in sorted(names)]
        self._policy.add(self._take_over, *arns)


def _changes(stack: Stack, condition: dict[str, dict[str, str]]) -> aws_iam.PolicyStatement:
    statement = _allow([_arn(stack, "inference-experiment")], *operations.NEED_OWNER_TAGS)
    statement.add_conditions(condition)
    return statement


def _allow(resources: list[str], *actions: str) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(resources=resources, actions=[f"sagemaker:{action}" for action in actions])


def _arn(stack: Stack, resource: str, name: str = "*") -> str:
    return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)


def _stacks(stack: Stack) -> str:
    return stack.format_arn(service="cloudformation", resource="stack", resource_name="*")
