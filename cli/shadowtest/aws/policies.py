"""The actions that each command needs in IAM, none of which changes anything. A test runs the commands with these."""

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
"""By the command's name. ``plan`` also uses ``pricing:GetProducts`` if it may, and ``cloudformation:DescribeChangeSet``
for a change set, and for a promotion with ``PromoteIf`` ``cloudwatch:GetMetricData`` and ``cloudwatch:DescribeAlarms``,
as far as its criteria need them. ``report`` uses ``cloudwatch:DescribeAlarms`` for a gate with alarms. ``plan``,
``drift`` and ``gate`` use ``cloudformation:ListExports`` if a template imports values."""
