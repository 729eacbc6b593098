"""An embedded local AWS, for the tests and the demo of this project.

Nothing here is part of the published package. The rooms:

* ``sagemaker``: SageMaker's state machine for inference experiments and the endpoints below them. Pure Python, with a
  clock that can be moved by hand; it knows nothing of HTTP.
* ``cloudwatch``: metric math and the states of alarms, which MiniStack lacks. Pure Python, too.
* ``ministack``: the plug-in that puts that state machine behind MiniStack's gateway, beside its CloudFormation, IAM,
  Lambda, S3 and SSM, and that makes custom resources behave as on AWS.
* ``server``: ``LocalAws``, the server as a context manager. ``certificate`` and ``sessions`` make it trusted and
  reached, ``control`` is the client of its control surface.
* ``__main__``: ``python -m local`` runs it in the foreground, with what is in ``seed``, and steers one that runs in
  another shell, which ``running`` finds.
* ``cdk``: the real ``cdk`` command line, pointed at that server.
"""
