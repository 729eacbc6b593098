"""An embedded local AWS, for the tests and the demo of this project.

Nothing here is part of the published package. The rooms:

* ``sagemaker``: SageMaker's state machine for inference experiments and the endpoints below them. Pure Python, with a
  clock that can be moved by hand; it knows nothing of HTTP.
* ``ministack``: the plug-in that puts that state machine behind MiniStack's gateway, beside its CloudFormation, IAM,
  Lambda, S3 and SSM, and that makes custom resources behave as on AWS.
* ``server``: ``LocalAws``, the server as a context manager; ``python -m local`` runs it in the foreground.
  ``certificate`` and ``sessions`` make it trusted and reached, ``control`` is the client of its control surface.
* ``cdk``: the real ``cdk`` command line, pointed at that server.
"""
