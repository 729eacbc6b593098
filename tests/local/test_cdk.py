"""The real ``cdk`` command line against the local AWS, with the hello-world of a custom resource in ``hello/``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.cdk import Cdk, CdkFailed
from local.server import LocalAws

HELLO = Path(__file__).parent / "hello" / "app.py"


def test_the_life_of_a_stack() -> None:
    with LocalAws() as aws:
        client = aws.session().client("cloudformation")

        def outputs() -> tuple[str, dict[str, str]]:
            (stack,) = client.describe_stacks(StackName="Hello")["Stacks"]
            return stack["StackStatus"], {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

        def sent() -> list[tuple[str, bool]]:
            return [
                (each["event"]["RequestType"], each["outcome"] == "SUCCESS") for each in aws.control.custom_resources()
            ]

        synthesising = Cdk(aws, f"{sys.executable} {HELLO}")
        assert "bootstrapped" in synthesising.bootstrap()
        assert "Hello.Text = hello world" in synthesising.deploy("Hello")
        # From here on what is synthesised already is deployed: synthesis is half of the time.
        cdk = Cdk(aws, str(aws.folder / "cdk.out"))
        assert "Number of stacks with differences: 0" in cdk.diff("Hello")
        cdk.deploy("Hello", parameters={"Name": "moon"})
        assert outputs() == ("UPDATE_COMPLETE", {"Text": "hello moon"})

        with pytest.raises(CdkFailed, match="there is nobody to greet"):
            cdk.deploy("Hello", parameters={"Name": "nobody"})
        assert outputs() == ("UPDATE_ROLLBACK_COMPLETE", {"Text": "hello moon"})

        cdk.destroy("Hello")
        with pytest.raises(CdkFailed) as failed:
            cdk.deploy("Hello", parameters={"Name": "nobody"})
        assert "there is nobody to greet" in failed.value.output

        assert sent() == [
            ("Create", True),
            ("Update", True),
            ("Update", False),
            ("Update", True),
            ("Delete", True),
            ("Create", False),
            ("Delete", True),
        ]
        assert aws.control.custom_resources()[-1]["event"]["PhysicalResourceId"] == "greeting-of-Greeting"
