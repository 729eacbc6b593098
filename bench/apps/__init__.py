"""Apps with many experiments, and apps with the same number of CDK's own resources as a reference.

``python -m bench.apps experiments 100`` synthesizes one in a separate process. Each app is a module, so that the
process imports only what the app needs.
"""

ROLE = "arn:aws-us-gov:iam::123456789012:role/" + 60 * "x"
"""With a hyphen and three digits added, it is the longest ARN that a role can have."""
INSTANCE = "ml.m5.xlarge"
