"""The actions that each command needs in IAM, none of which changes anything. A test runs the commands with these."""

_STACKS = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
_EXPERIMENTS = ("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")
_ENDPOINTS = ("sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig")

ACTIONS: dict[str, tuple[str, ...]] = {
    "plan": (*_STACKS, *_EXPERIMENTS, *_ENDPOINTS),
    "status": (*_STACKS, *_EXPERIMENTS, *_ENDPOINTS, "sagemaker:ListInferenceExperiments"),
    "drift": (*_STACKS, *_EXPERIMENTS, *_ENDPOINTS, "cloudformation:GetTemplateSummary"),
    "report": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", "cloudwatch:GetMetricData"),
}
"""By the command's name. ``plan`` also uses ``pricing:GetProducts`` if it may, ``cloudformation:ListExports`` if a
template imports values, and ``cloudformation:DescribeChangeSet`` for a change set."""
