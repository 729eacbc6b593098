"""Makes a live SageMaker inference experiment match what a CloudFormation stack declares.

A request goes from ``index`` (Lambda's entry) to ``runtime`` (who asks for what), to ``reconciler`` (``observer``,
``plan``, ``client``, until it is done), and back to ``runtime`` (the answer). ``docs/design.md`` has the whole picture.

Importing ``plan``, ``model`` or ``spec`` imports nothing outside the standard library: the CDK construct checks
declarations with ``spec`` at synth, the code that the Lambda function runs.
"""
