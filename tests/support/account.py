"""An AWS account with stacks, as the command line reads it: CloudFormation's answers, and the simulated SageMaker."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from tests.support.stack import Stack

_Of = TypeVar("_Of")
_Read = TypeVar("_Read")


@dataclass
class Deployed:
    """A stack that is there."""

    stack_id: str
    template: Mapping[str, Any]
    physical_ids: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"


class FakeCloudFormation:
    """What the commands read of it. A stack is found by its name and by its id."""

    def __init__(self) -> None:
        self.stacks: dict[str, Deployed] = {}
        self.exports: dict[str, str] = {}
        self.change_sets: dict[str, list[dict[str, Any]]] = {}
        self.change_set_templates: dict[str, Mapping[str, Any]] = {}
        self.denied: set[str] = set()
        self.calls: list[str] = []

    def describe_stacks(self, StackName: str | None = None) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._called("DescribeStacks")
        found = [(name, each) for name, each in self.stacks.items() if StackName in (None, name, each.stack_id)]
        if StackName is not None and not found:
            raise _error("DescribeStacks", "ValidationError", f"Stack with id {StackName} does not exist")
        return {"Stacks": [self._described(name, stack) for name, stack in found]}

    def get_template(
        self,
        StackName: str,  # noqa: N803
        TemplateStage: str,  # noqa: N803
        ChangeSetName: str | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        self._called("GetTemplate")
        assert TemplateStage == "Processed"
        if ChangeSetName is not None:
            return {"TemplateBody": deepcopy(self.change_set_templates[ChangeSetName])}
        return {"TemplateBody": deepcopy(self._stack(StackName).template)}

    def get_template_summary(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        self._called("GetTemplateSummary")
        resources = self._stack(StackName).template["Resources"].values()
        return {"ResourceTypes": sorted({each["Type"] for each in resources})}

    def list_stack_resources(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        self._called("ListStackResources")
        stack = self._stack(StackName)
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": logical_id,
                    "PhysicalResourceId": physical_id,
                    "ResourceStatus": "CREATE_COMPLETE",
                    "ResourceType": stack.template["Resources"].get(logical_id, {}).get("Type", ""),
                }
                for logical_id, physical_id in stack.physical_ids.items()
            ]
        }

    def list_exports(self) -> dict[str, Any]:
        self._called("ListExports")
        return {"Exports": [{"Name": name, "Value": value} for name, value in self.exports.items()]}

    def describe_change_set(
        self,
        ChangeSetName: str,  # noqa: N803
        IncludePropertyValues: bool,  # noqa: N803
        NextToken: str = "0",  # noqa: N803
    ) -> dict[str, Any]:
        self._called("DescribeChangeSet")
        assert IncludePropertyValues
        pages = self.change_sets[ChangeSetName]
        following = int(NextToken) + 1
        return pages[int(NextToken)] | ({"NextToken": str(following)} if following < len(pages) else {})

    def get_paginator(self, method: str) -> "_Pages":
        return _Pages(getattr(self, method))

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        if operation in self.denied:
            message = f"User: someone is not authorized to perform: cloudformation:{operation}"
            raise _error(operation, "AccessDenied", message)

    def _stack(self, name: str) -> Deployed:
        return next(each for key, each in self.stacks.items() if name in (key, each.stack_id))

    @staticmethod
    def _described(name: str, stack: Deployed) -> dict[str, Any]:
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()]
        return {
            "StackName": name,
            "StackId": stack.stack_id,
            "StackStatus": stack.status,
            "Parameters": parameters,
        }


class _Pages:
    def __init__(self, method: Callable[..., dict[str, Any]]) -> None:
        self._method = method

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        yield self._method(**arguments)


class FakeAws:
    """In the place of ``shadowtest.aws.session.Aws``."""

    region = "us-east-1"
    account = "123456789012"
    partition = "aws"

    def __init__(self, stack: Stack) -> None:
        self.cloudformation = FakeCloudFormation()
        self._stack = stack

    def now(self) -> datetime:
        return self._stack.clock.now()

    def client(self, service: str) -> Any:
        if service == "cloudformation":
            return self.cloudformation
        if service == "sagemaker":
            return self._stack.ports.sagemaker()
        raise _error("GetProducts", "AccessDeniedException", f"not authorized to perform: {service}:GetProducts")

    def in_region(self, region: str) -> "FakeAws":
        return self

    def each(self, read: Callable[[_Of], _Read], of: Iterable[_Of]) -> list[_Read]:
        return [read(each) for each in of]


def _error(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
