"""What a provider needs for guardrails: a queue for what has failed, and permission to read alarms."""

from aws_cdk import ArnFormat, Duration, Stack, aws_iam, aws_lambda, aws_sqs
from constructs import Construct

from inference_experiment_handler.model import operations
from sagemaker_inference_experiment._role_policy import RolePolicy


def guard(provider: Construct, policy: RolePolicy, function: aws_lambda.Function) -> aws_sqs.Queue:
    """Adds it to a provider, once, and returns the queue. A provider without guardrails has none of it.

    ``policy``: a policy of the function's role on which the function does not depend.
    """
    queue = _queue(provider)
    # DescribeAlarms has no resources, and reports composite alarms only if it is allowed on all of them.
    policy.add(aws_iam.PolicyStatement(actions=[f"cloudwatch:{operations.DESCRIBE_ALARMS}"], resources=["*"]))
    policy.add(aws_iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn]))
    config = function.node.find_child("EventInvokeConfig").node.default_child
    if isinstance(config, aws_lambda.CfnEventInvokeConfig):
        config.destination_config = aws_lambda.CfnEventInvokeConfig.DestinationConfigProperty(
            on_failure=aws_lambda.CfnEventInvokeConfig.OnFailureProperty(destination=queue.queue_arn)
        )
        # Lambda checks that the function may send to the queue.
        config.node.add_dependency(policy.construct)
    return queue


def _queue(provider: Construct) -> aws_sqs.Queue:
    queue = aws_sqs.Queue(
        provider,
        "DeadLetters",
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    stack = Stack.of(provider)
    # The ARN of a rule would make the stack of the provider depend on that of the rule, and so on each other.
    rules = stack.format_arn(
        service="events", resource="rule", resource_name="*", arn_format=ArnFormat.SLASH_RESOURCE_NAME
    )
    queue.add_to_resource_policy(
        aws_iam.PolicyStatement(
            principals=[aws_iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnLike": {"aws:SourceArn": rules}},
        )
    )
    return queue
