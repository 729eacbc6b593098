"""Makes a live SageMaker inference experiment match what a CloudFormation stack declares.

One request's way through the rooms: ``index`` (Lambda's entry) → ``event`` (who asks for what) → ``loop`` (``observe``
→ ``decide`` → act, again) → ``answer``. ``docs/design.md`` has the whole picture on one page.

Importing this package, ``limits`` or ``properties`` imports nothing outside the standard library: the CDK construct
checks at synth with the same code that the Lambda function runs.
"""
