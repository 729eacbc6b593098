"""The plug-in that makes MiniStack the local AWS of this project.

MiniStack (on PyPI) serves CloudFormation, Lambda, IAM, STS, S3, SSM and CloudWatch Logs from one Python process. What
it lacks, or does otherwise than AWS, is added from outside, by putting functions of our own in the place of its own;
``install`` is the list of what is put where:

* ``sagemaker_service``: SageMaker behind the gateway, one state for each account and region.
* ``cloudformation_types``: ``AWS::SageMaker::Model``, ``EndpointConfig`` and ``Endpoint``.
* ``iam``: the actions, ARNs, tags and extra permissions of SageMaker, for ``AUTH=true``.
* ``custom_resources``, ``rollback``, ``cancellation``: custom resources as AWS treats them.
* ``alarms``, ``alarm_events``: alarms on metric math, and what becomes of an alarm that changes state.
* ``metrics``: the metrics of SageMaker's variants in CloudWatch, by the traffic that is set.
* ``control``, ``gateway``: a control surface for tests and the demo, in front of MiniStack's own application.

Those places are private to MiniStack, which is why its version is pinned and a test checks each of them.
``python -m local.ministack`` runs the server; use ``local.server.LocalAws``, which gives it the environment it needs.
"""
