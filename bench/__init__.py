"""Measurements, each with a reference in the same run. Ratios can be compared, but seconds of one machine can't.

``make bench`` prints

* ``lag``: from SageMaker's final status to the response, compared with crhelper's own polling of the same transitions;
* ``start``: CPU and memory of a new process up to its first SageMaker call, compared with crhelper and boto3, and with
  botocore only;
* ``cost``: calls and billed time of a life, the size of the asset, and the resources of a stack, compared with CDK's
  Provider framework and with ``AwsCustomResource``;
* ``scale``: a hundred experiments in one stack and in ten: time of synth, size of the templates and of the function's
  policies, compared with ``aws_s3.Bucket(enforce_ssl=True)`` and CDK's own ``CfnInferenceExperiment``.
"""
