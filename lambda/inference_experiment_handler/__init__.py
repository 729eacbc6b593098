"""Makes a live SageMaker inference experiment match what a CloudFormation stack declares.

One request's way through the packages: ``index`` (Lambda's entry) → ``runtime`` (who asks for what) → ``reconciler``
(``observer`` → ``plan`` → ``client``, again) → ``runtime`` (the answer). ``docs/design.md`` has the whole picture on one
page.

Importing ``plan``, ``model`` or ``spec`` imports nothing outside the standard library: the CDK construct checks at synth
with the same code that the Lambda function runs.
"""
