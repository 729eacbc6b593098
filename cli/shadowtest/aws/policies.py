"""The IAM actions that each command needs. All of them only read. A test runs the commands with these permissions."""

_STACKS = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
_EXPERIMENTS = ("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")
_ENDPOINTS = ("sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig")

ACTIONS: dict[str, tuple[str, ...]] = {
    "plan": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", *_ENDPOINTS),
    "status": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", *_ENDPOINTS),
    "drift": (*_STACKS, "cloudformation:GetTemplateSummary", *_EXPERIMENTS, *_ENDPOINTS),
    "gate": (
        *_STACKS,
        "cloudformation:GetTemplateSummary",
        *_EXPERIMENTS,
        "cloudwatch:GetMetricData",
        "cloudwatch:DescribeAlarms",
    ),
    "report": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", "cloudwatch:GetMetricData"),
}
"""By the name of the command. ``plan`` also uses ``pricing:GetProducts`` if it is allowed, and
``cloudformation:DescribeChangeSet`` for a change set. For a promotion with ``PromoteIf``, ``plan`` uses
``cloudwatch:GetMetricData`` and ``cloudwatch:DescribeAlarms`` if its criteria need them. ``report`` uses
``cloudwatch:DescribeAlarms`` for a gate with alarms. ``plan``, ``drift`` and ``gate`` use
``cloudformation:ListExports`` if a template imports values.
"""
