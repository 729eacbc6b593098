"""What the function is allowed, and no more."""

from aws_cdk import Aws, Names, Stack, aws_iam
from constructs import Construct

from inference_experiment_handler.model import operations
from inference_experiment_handler.model.tags import STACK_ID as STACK_TAG
from sagemaker_inference_experiment._references import as_in_arn
from sagemaker_inference_experiment._role import role_arn
from sagemaker_inference_experiment._role_policy import RolePolicy

_OWNED = f"aws:ResourceTag/{STACK_TAG}"


def statements(stack: Stack) -> list[aws_iam.PolicyStatement]:
    """What the function needs whichever experiments it serves."""
    return [
        _allow(
            [_arn(stack, "inference-experiment")],
            operations.CREATE,
            operations.DESCRIBE,
            operations.LIST_TAGS,
            # It marks what it creates, and a test that is to be taken over once all is well.
            operations.ADD_TAGS,
        ),
        _allow([_arn(stack, "endpoint")], operations.DESCRIBE_ENDPOINT),
        _allow([_arn(stack, "endpoint-config")], operations.DESCRIBE_ENDPOINT_CONFIG),
        aws_iam.PolicyStatement(actions=[f"cloudformation:{operations.DESCRIBE_STACKS}"], resources=[_stacks(stack)]),
    ]


def network_interfaces() -> aws_iam.PolicyStatement:
    """What Lambda needs to put a function into a VPC, as its guide has it. The interfaces are not known before."""
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
    """Changing the experiments of the stack, and of no other: IAM itself sees to it, by their tag."""
    return _changes(stack, {"StringEquals": {_OWNED: Aws.STACK_ID}})


def changes_of_any_stack(stack: Stack) -> aws_iam.PolicyStatement:
    """Changing the experiments of any stack of the account and region, which share the function."""
    return _changes(stack, {"StringLike": {_OWNED: _stacks(stack)}})


def take_over(*arns: str) -> aws_iam.PolicyStatement:
    """Changing experiments even while they bear another's tags, or none. The ARNs may be added later."""
    return _allow(list(arns), operations.UPDATE, operations.START, operations.STOP)


class Served(Construct):
    """What lets the function serve the experiments of one stack: handing their roles to SageMaker, and no others."""

    def __init__(self, scope: Construct, id: str, function_role: aws_iam.IRole) -> None:
        super().__init__(scope, id)
        self._stack = Stack.of(scope)
        self._passed: set[str] = set()
        self._take_over = take_over()
        self._pass_role = aws_iam.PolicyStatement(
            actions=["iam:PassRole"],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
        # CDK names a policy after its logical id, which is the same in each stack that shares the function: the role
        # would keep only one of them, and lose it with the first stack that goes.
        name = Names.unique_resource_name(self, max_length=128)
        self._policy = RolePolicy(self, "Policy", function_role, name=name)

    def allow(self, role: aws_iam.IRole) -> None:
        """The role may be handed to SageMaker."""
        arn = role_arn(role)
        if arn not in self._passed:
            self._passed.add(arn)
            self._policy.add(self._pass_role, arn)

    def adopt(self, experiment_name: str) -> None:
        """An experiment of that name may be changed even while it bears another's tags, or none."""
        # SageMaker lower-cases names in ARNs of several types. Whether in those it asks IAM about is not documented.
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
