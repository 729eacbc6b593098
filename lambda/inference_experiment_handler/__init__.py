"""Makes a live SageMaker inference experiment match what a CloudFormation stack declares.

A request goes from ``index`` (Lambda's entry point) to ``runtime`` (the protocol), to ``reconciler`` (``observer``,
``plan``, ``client``, until it is done), and back to ``runtime`` (the response). ``docs/design.md`` has an overview.

``plan``, ``evidence``, ``model`` and ``spec`` only import the standard library. At synth, the CDK construct checks
declarations with ``spec``, which is the code that the Lambda function runs.
"""
