"""The IAM actions that each command needs. None of them changes anything."""

ACTIONS: dict[str, tuple[str, ...]] = {
    "report": (
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "cloudwatch:GetMetricData",
        "sagemaker:DescribeInferenceExperiment",
        "sagemaker:ListInferenceExperiments",
        "sagemaker:ListTags",
    ),
}
"""By the command's name."""
