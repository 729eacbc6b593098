"""Measurements, each beside a reference in the same run: ratios tell something, seconds of one machine don't.

``make bench`` prints

* ``lag``: from SageMaker's final status to the answer, beside stock crhelper's polling of the same transitions;
* ``start``: CPU and memory of a fresh process up to its first SageMaker call, beside stock crhelper with boto3, and
  beside botocore alone;
* ``cost``: calls and billed time of a life, the asset's size, and the resources that a stack gets, beside those of
  CDK's Provider framework and of ``AwsCustomResource``;
* ``scale``: a hundred experiments in one stack and in ten: time of synth, size of the templates and of the function's
  policies, beside ``aws_s3.Bucket(enforce_ssl=True)`` and CDK's own ``CfnInferenceExperiment``.
"""
