"""Apps of many experiments, and of as many resources of CDK's own to compare them with.

``python -m bench.apps experiments 100`` synthesises one in a process of its own. Each app is a module, so that such a
process imports no more than the app does.
"""

ROLE = "arn:aws-us-gov:iam::123456789012:role/" + 60 * "x"
"""A hyphen and the three digits of a number make it the longest ARN that a role may have."""
INSTANCE = "ml.m5.xlarge"
