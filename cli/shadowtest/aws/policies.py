"""The actions that each command needs in IAM. A test runs the commands with no others."""

_STACKS = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
_LIVE = (
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeInferenceExperiment",
    "sagemaker:ListTags",
)

ACTIONS: dict[str, tuple[str, ...]] = {
    "plan": (*_STACKS, *_LIVE),
}
"""``plan`` also uses ``pricing:GetProducts`` if it may, ``cloudformation:ListExports`` if a template imports values,
and ``cloudformation:DescribeChangeSet`` for a change set."""
