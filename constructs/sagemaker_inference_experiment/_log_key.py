"""The key of the function's log group."""

from aws_cdk import ArnFormat, Stack, aws_iam, aws_kms, aws_logs

from sagemaker_inference_experiment._add_warning import add_warning

_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


def let_logs_use(key: aws_kms.IKey, log_group: aws_logs.LogGroup) -> None:
    """Allows CloudWatch Logs to use the key, in the key's policy. Warns if the app can't change that policy."""
    stack = Stack.of(log_group)
    # CDK has no regional principals. That of CloudWatch Logs ends with the URL suffix, such as amazonaws.com.cn.
    cloudwatch_logs = f"logs.{stack.region}.{stack.url_suffix}"
    # The pattern of CloudWatch Logs' guide. With the log group's ARN, key and log group would depend on each other.
    log_groups = stack.format_arn(service="logs", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME)
    statement = aws_iam.PolicyStatement(
        principals=[aws_iam.ServicePrincipal(cloudwatch_logs)],
        actions=list(_ACTIONS),
        resources=["*"],
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    )
    if not key.add_to_resource_policy(statement).statement_added:
        add_warning(
            log_group,
            "logKeyNotAllowed",
            "log_encryption_key is imported, so this app can't change its policy. The policy must allow the service "
            f"principal of CloudWatch Logs (such as logs.us-east-1.amazonaws.com) to perform {', '.join(_ACTIONS)}. "
            "Without this permission, CloudFormation can't create the log group, or can't encrypt it with the key",
        )
