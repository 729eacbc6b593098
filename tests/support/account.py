"""An AWS account with stacks, as the command line reads it: CloudFormation's answers, and the simulated SageMaker."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from tests.support.stack import Stack

_Of = TypeVar("_Of")
_Read = TypeVar("_Read")


@dataclass
class Deployed:
    """A stack that is there.

    Attributes:
        resource_statuses: By logical id, CREATE_COMPLETE where there is none.
        resolved: What was read from Parameter Store.
    """

    stack_id: str
    template: Mapping[str, Any]
    physical_ids: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    resource_statuses: dict[str, str] = field(default_factory=dict)
    resolved: dict[str, str] = field(default_factory=dict)


class FakeCloudFormation:
    """What the commands read of it. A stack is found by its name and by its id."""

    def __init__(self) -> None:
        self.stacks: dict[str, Deployed] = {}
        self.exports: dict[str, str] = {}
        self.change_sets: dict[str, list[dict[str, Any]]] = {}
        self.change_set_templates: dict[str, Mapping[str, Any]] = {}
        self.denied: set[str] = set()
        """Operations, or an operation and a stack's name: ``GetTemplate of Demo``."""
        self.allowed: Container[str] | None = None
        self.calls: list[str] = []

    def describe_stacks(self, StackName: str | None = None) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._called("DescribeStacks", StackName)
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
        self._called("GetTemplate", StackName)
        assert TemplateStage == "Processed"
        if ChangeSetName is not None:
            return {"TemplateBody": deepcopy(self.change_set_templates[ChangeSetName])}
        return {"TemplateBody": deepcopy(self._stack(StackName)[1].template)}

    def get_template_summary(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        self._called("GetTemplateSummary", StackName)
        resources = self._stack(StackName)[1].template["Resources"].values()
        return {"ResourceTypes": sorted({each["Type"] for each in resources})}

    def list_stack_resources(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        self._called("ListStackResources", StackName)
        _, stack = self._stack(StackName)
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": logical_id,
                    "PhysicalResourceId": physical_id,
                    "ResourceStatus": stack.resource_statuses.get(logical_id, "CREATE_COMPLETE"),
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

    def _called(self, operation: str, stack: str | None = None) -> None:
        self.calls.append(operation)
        named = [name for name, each in self.stacks.items() if stack in (name, each.stack_id)]
        if self.denied & {operation, *(f"{operation} of {name}" for name in named)}:
            raise _denial("cloudformation", operation)
        _check(self.allowed, "cloudformation", operation)

    def _stack(self, name: str) -> tuple[str, Deployed]:
        return next((key, each) for key, each in self.stacks.items() if name in (key, each.stack_id))

    @staticmethod
    def _described(name: str, stack: Deployed) -> dict[str, Any]:
        parameters = [
            {"ParameterKey": key, "ParameterValue": value}
            | ({"ResolvedValue": stack.resolved[key]} if key in stack.resolved else {})
            for key, value in stack.parameters.items()
        ]
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
        self.cloudwatch: Any = None
        self.unreadable: set[str] = set()
        """The names of experiments that nobody may read."""
        self.allowed: Container[str] | None = None
        """The actions that the user's policy has, such as ``sagemaker:ListTags``; ``None`` for all."""
        self.asked_in: list[str] = []
        """The regions that were asked for by their names."""
        self.stack = stack

    def now(self) -> datetime:
        return self.stack.clock.now()

    def client(self, service: str) -> Any:
        if service == "cloudformation":
            self.cloudformation.allowed = self.allowed
            return self.cloudformation
        if service == "sagemaker":
            return _SageMaker(self.stack.ports.sagemaker(), self.unreadable, self.allowed)
        if service == "cloudwatch" and self.cloudwatch is not None:
            return _Allowed("cloudwatch", self.cloudwatch, self.allowed)
        raise _error("GetProducts", "AccessDeniedException", f"not authorized to perform: {service}:GetProducts")

    def in_region(self, region: str) -> "FakeAws":
        """The same stacks and experiments."""
        self.asked_in.append(region)
        there = copy(self)
        there.region = region
        return there

    def each(self, read: Callable[[_Of], _Read], of: Iterable[_Of]) -> list[_Read]:
        return [read(each) for each in of]


class _Allowed:
    """A client under a policy."""

    def __init__(self, service: str, client: Any, allowed: Container[str] | None) -> None:
        self._service, self._client, self._allowed = service, client, allowed

    def __getattr__(self, method: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._check(method, arguments)
            return getattr(self._client, method)(**arguments)

        return call

    def get_paginator(self, method: str) -> Any:
        self._check(method, {})
        return self._client.get_paginator(method)

    def _check(self, method: str, arguments: Mapping[str, Any]) -> str:
        operation = "".join(map(str.capitalize, method.split("_")))
        _check(self._allowed, self._service, operation)
        return operation


class _SageMaker(_Allowed):
    """The client of the simulated SageMaker, under a policy that also denies some experiments."""

    def __init__(self, client: Any, unreadable: set[str], allowed: Container[str] | None) -> None:
        super().__init__("sagemaker", client, allowed)
        self._unreadable = unreadable

    def _check(self, method: str, arguments: Mapping[str, Any]) -> str:
        operation = super()._check(method, arguments)
        if operation == "DescribeInferenceExperiment" and arguments["Name"] in self._unreadable:
            raise _denial("sagemaker", operation)
        return operation


def _check(allowed: Container[str] | None, service: str, operation: str) -> None:
    if allowed is not None and f"{service}:{operation}" not in allowed:
        raise _denial(service, operation)


def _denial(service: str, operation: str) -> ClientError:
    message = f"User: someone is not authorized to perform: {service}:{operation}"
    return _error(operation, "AccessDeniedException", message)


def _error(operation: str, code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
