"""Buckets, each with a policy: an L2 construct that nearly every app has."""

from aws_cdk import App, Stack, aws_s3


def made(app: App, stacks: int, each: int) -> App:
    """An app of ``stacks`` stacks with ``each`` buckets each."""
    for number in range(stacks):
        stack = Stack(app, f"Stack{number}")
        for index in range(each):
            aws_s3.Bucket(stack, f"Bucket{index}", enforce_ssl=True)
    return app
