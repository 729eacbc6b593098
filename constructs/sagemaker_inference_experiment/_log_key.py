"""The key of the function's log group."""

from aws_cdk import ArnFormat, Stack, aws_iam, aws_kms, aws_logs

from sagemaker_inference_experiment._add_warning import add_warning

_ACTIONS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


def let_logs_use(key: aws_kms.IKey, log_group: aws_logs.LogGroup) -> None:
    """Adds to the key's policy that CloudWatch Logs can use the key. Warns if the app can't change that policy."""
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
            "log_encryption_key is imported, and this app can't change its policy: unless that is already allowed, "
            f"allow the service logs.REGION.amazonaws.com the actions {', '.join(_ACTIONS)} on the key. Otherwise, the "
            "log group can't be created",
        )
