"""The plug-in that makes MiniStack the local AWS of this project.

MiniStack (on PyPI) serves CloudFormation, Lambda, IAM, STS, S3, SSM and CloudWatch Logs from one Python process. This
package adds what MiniStack lacks, and corrects what differs from AWS, by replacing some of its functions. ``install``
lists all replacements:

* ``sagemaker_service``: SageMaker behind the gateway, one state for each account and region.
* ``cloudformation_types``: ``AWS::SageMaker::Model``, ``EndpointConfig`` and ``Endpoint``.
* ``iam``: the actions, ARNs, tags and extra permissions of SageMaker, for ``AUTH=true``.
* ``custom_resources``, ``rollback``, ``cancellation``: custom resources as AWS treats them.
* ``alarms``, ``alarm_events``: alarms on metric math, and what becomes of an alarm that changes state.
* ``metrics``: the metrics of SageMaker's variants in CloudWatch, by the traffic that is set.
* ``control``, ``gateway``: a control API for tests and the demo, in front of MiniStack's own application.

The replaced functions are private to MiniStack. So its version is pinned, and a test checks each of them. ``python -m
local.ministack`` runs the server; use ``local.server.LocalAws``, which provides the environment that it needs.
"""
