"""The IAM actions that each command needs. All of them only read. A test runs the commands with these permissions."""

_STACKS = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
_EXPERIMENTS = ("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")
_ENDPOINTS = ("sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig")

ACTIONS: dict[str, tuple[str, ...]] = {
    "plan": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", *_ENDPOINTS),
    "status": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", *_ENDPOINTS),
    "drift": (*_STACKS, "cloudformation:GetTemplateSummary", *_EXPERIMENTS, *_ENDPOINTS),
    "report": (*_STACKS, *_EXPERIMENTS, "sagemaker:ListInferenceExperiments", "cloudwatch:GetMetricData"),
}
"""By the name of the command. ``plan`` also uses ``pricing:GetProducts`` if it is allowed, and
``cloudformation:DescribeChangeSet`` for a change set. ``plan`` and ``drift`` use ``cloudformation:ListExports`` if a
template imports values.
"""
