"""A stack of custom resources on the running local AWS. Their function does what their properties say."""

import json
import time
import uuid
from typing import Any

from local.server import LocalAws


class PuppetStack:
    """Driven through CloudFormation's API."""

    def __init__(self, aws: LocalAws, puppet: str) -> None:
        self.name = f"stack-{uuid.uuid4().hex[:8]}"
        self._aws = aws
        self._client = aws.session().client("cloudformation")
        self._puppet = puppet

    def template(self, outputs: dict[str, Any] | None = None, **resources: dict[str, Any]) -> str:
        """Each resource by its properties, as a puppet unless they have a Type."""
        declared = {
            name: each
            if "Type" in each
            else {"Type": "Custom::Puppet", "Properties": {"ServiceToken": self._puppet, **each}}
            for name, each in resources.items()
        }
        given = {name: {"Value": value} for name, value in (outputs or {}).items()}
        return json.dumps({"Resources": declared, **({"Outputs": given} if given else {})})

    def create(self, *, wait: bool = True, outputs: dict[str, Any] | None = None, **resources: Any) -> str:
        self._client.create_stack(StackName=self.name, TemplateBody=self.template(outputs, **resources))
        return self.settled() if wait else ""

    def create_keeping_failures(self, **resources: Any) -> str:
        template = self.template(**resources)
        self._client.create_stack(StackName=self.name, TemplateBody=template, DisableRollback=True)
        return self.settled()

    def update(self, *, wait: bool = True, outputs: dict[str, Any] | None = None, **resources: Any) -> str:
        self._client.update_stack(StackName=self.name, TemplateBody=self.template(outputs, **resources))
        return self.settled() if wait else ""

    def delete(self) -> str:
        stack_id = self._client.describe_stacks(StackName=self.name)["Stacks"][0]["StackId"]
        self._client.delete_stack(StackName=self.name)
        return self.settled(stack_id, unless="DELETE")

    def cancel_update(self) -> str:
        self._client.cancel_update_stack(StackName=self.name)
        return self.settled()

    def settled(self, stack_id: str | None = None, unless: str = "") -> str:
        """The status once nothing is in progress; ``unless``: wait for a status that begins so."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            stack = self._client.describe_stacks(StackName=stack_id or self.name)["Stacks"][0]
            status = str(stack["StackStatus"])
            if not status.endswith("_IN_PROGRESS") and status.startswith(unless):
                return status
            time.sleep(0.05)
        raise AssertionError(f"{self.name} is still {status}")

    def outputs(self) -> dict[str, str]:
        stack = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def reasons(self) -> list[str]:
        """The reasons in the events, oldest first."""
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [event["ResourceStatusReason"] for event in reversed(events) if event.get("ResourceStatusReason")]

    def requests(self, logical_id: str | None = None) -> list[dict[str, Any]]:
        """What CloudFormation sent to this stack's custom resources, and got."""
        stack = f":stack/{self.name}/"
        return [each for each in self._aws.control.custom_resources(logical_id) if stack in each["event"]["StackId"]]

    def sent(self, logical_id: str | None = None) -> list[tuple[str, str | None]]:
        """The same in short: each request's type and physical id."""
        events = [request["event"] for request in self.requests(logical_id)]
        return [(event["RequestType"], event.get("PhysicalResourceId")) for event in events]

    def pending(self) -> None:
        """Wait until a request is pending."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if any(not request["outcome"] for request in self.requests()):
                return
            time.sleep(0.02)
        raise AssertionError("nothing is pending")
