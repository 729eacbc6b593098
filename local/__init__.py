"""An embedded local AWS for the tests and the demo of this project. It is not part of the published package. The
packages and modules:

* ``sagemaker``: SageMaker's state machine for inference experiments and the endpoints below them. Pure Python, with a
  clock that can be moved by hand. It does not depend on HTTP.
* ``cloudwatch``: metric math and the states of alarms, which MiniStack lacks. It is also pure Python.
* ``ministack``: the plug-in that adds the state machine to MiniStack's gateway, next to its CloudFormation, IAM,
  Lambda, S3 and SSM, and that makes custom resources behave as on AWS.
* ``server``: ``LocalAws``, the server as a context manager. With ``certificate`` and ``sessions``, clients trust and
  reach it. ``control`` is the client of its control API.
* ``__main__``: ``python -m local`` runs it in the foreground, with the resources in ``seed``, and controls one that
  runs in another shell, which ``running`` finds.
* ``cdk``: the real ``cdk`` command line, configured for that server.
"""
