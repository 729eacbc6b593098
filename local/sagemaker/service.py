"""``SageMaker``: the calls. Each is validated and recorded, then due faults occur, and then the call takes effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from threading import RLock
from typing import Any, NamedTuple

from local.sagemaker import model
from local.sagemaker.behaviour import Behaviour
from local.sagemaker.calls import Call
from local.sagemaker.clock import Clock
from local.sagemaker.copies import copied
from local.sagemaker.endpoint_configs import EndpointConfigs
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import ConnectionLost, Intercepted, ServiceError, validation
from local.sagemaker.experiments import Experiments
from local.sagemaker.faults import Faults
from local.sagemaker.lifecycle import Lifecycle
from local.sagemaker.models import Models
from local.sagemaker.names import Arns, key, split
from local.sagemaker.tags import Tags, check_tags
from local.sagemaker.traffic import Served
from local.sagemaker.variants import shares

Answer = dict[str, Any]
Operation = Callable[[Mapping[str, Any]], Answer]


class Move(NamedTuple):
    """An event that happens without a call. Of two events at the same instant, the one with the lower rank is first."""

    due: datetime
    rank: int
    happen: Callable[[], None]


_ROLES = {"CreateInferenceExperiment": "RoleArn", "CreateModel": "ExecutionRoleArn"}


class SageMaker:
    """One account's SageMaker in one region."""

    def __init__(
        self,
        clock: Clock,
        *,
        account: str = "123456789012",
        region: str = "us-east-1",
        partition: str = "aws",
        behaviour: Behaviour | None = None,
    ) -> None:
        self.clock = clock
        self.account = account
        self.region = region
        self.behaviour = behaviour or Behaviour()
        self.faults = Faults()
        self.record: list[Call] = []
        self.can_assume: Callable[[str], bool] = lambda _: True
        """Whether SageMaker can assume the role with this ARN. IAM is not part of this state machine."""
        self.passing: Callable[[datetime], None] = lambda _: None
        """Called before each event, with the instant up to which nothing has changed without a call."""
        arns = Arns(partition, region, account)
        self._tags = Tags()
        self._models = Models(arns)
        self._configs = EndpointConfigs(arns, self._models)
        self._endpoints = Endpoints(arns, self._configs, clock)
        self._lifecycle = Lifecycle(clock, self._configs, self._endpoints, self.faults, lambda: self.behaviour)
        self._experiments = Experiments(
            arns=arns,
            clock=clock,
            models=self._models,
            endpoints=self._endpoints,
            lifecycle=self._lifecycle,
            behaviour=lambda: self.behaviour,
        )
        self._lock = RLock()
        self._operations: dict[str, Operation] = {
            "CreateModel": self._create_model,
            "DescribeModel": lambda asked: self._models.get(asked["ModelName"]).describe(),
            "DeleteModel": self._delete_model,
            "CreateEndpointConfig": self._create_endpoint_config,
            "DescribeEndpointConfig": lambda asked: self._configs.get(asked["EndpointConfigName"]).describe(),
            "DeleteEndpointConfig": self._delete_endpoint_config,
            "CreateEndpoint": self._create_endpoint,
            "DescribeEndpoint": lambda asked: self._endpoints.get(asked["EndpointName"]).describe(),
            "UpdateEndpoint": self._update_endpoint,
            "UpdateEndpointWeightsAndCapacities": lambda asked: {"EndpointArn": self._endpoints.scale(asked).arn},
            "DeleteEndpoint": self._delete_endpoint,
            "CreateInferenceExperiment": self._create_experiment,
            "DescribeInferenceExperiment": lambda asked: self._experiments.describe(asked["Name"]),
            "UpdateInferenceExperiment": lambda asked: _experiment_arn(self._experiments.update(asked).arn),
            "StartInferenceExperiment": lambda asked: _experiment_arn(self._experiments.start(asked["Name"]).arn),
            "StopInferenceExperiment": lambda asked: _experiment_arn(self._experiments.stop(asked).arn),
            "DeleteInferenceExperiment": self._delete_experiment,
            "ListInferenceExperiments": self._experiments.page,
            "AddTags": self._add_tags,
            "ListTags": self._list_tags,
            "DeleteTags": self._delete_tags,
        }

    def call(self, operation: str, parameters: Mapping[str, Any], *, principal: str = "") -> Answer:
        """Handles one call as SageMaker does. Returns Python values, or raises a ``ServiceError``."""
        with self._lock:
            call = Call(operation, copied(dict(parameters)), principal, self.clock.now())
            self.record.append(call)
            try:
                return self._answer(call)
            except ServiceError as error:
                call.code = error.code
                raise
            except (ConnectionLost, Intercepted) as fault:
                call.code = type(fault).__name__
                raise

    def settle(self) -> None:
        """Applies everything that is due, in order of time. Changes of an endpoint come before what depends on them."""
        with self._lock:
            now = self.clock.now()
            while due := [move for move in self._moves() if move.due <= now]:
                first = min(due, key=lambda move: (move.due, move.rank))
                self.passing(first.due)
                first.happen()
            self.passing(now)
            self._lifecycle.settled = now

    def _moves(self) -> Iterator[Move]:
        for due, endpoint in self._endpoints.due():
            yield Move(due, 0, partial(self._endpoints.move, endpoint))
        for due, experiment in self._experiments.due():
            yield Move(due, 1, partial(self._lifecycle.move, experiment, due))

    def _answer(self, call: Call) -> Answer:
        operation = self._operations.get(call.operation)
        if operation is None:
            raise ServiceError("UnknownOperationException", f"Unknown operation {call.operation}")
        model.check(call.operation, call.parameters)
        self._check_role(call)
        self.faults.strike(call, after=False)
        self.settle()
        answer = copied(operation(call.parameters))
        self.faults.strike(call, after=True)
        return answer

    def _check_role(self, call: Call) -> None:
        role = call.parameters.get(_ROLES.get(call.operation, ""))
        if role is not None and not self.can_assume(role):
            raise validation(
                f"Could not assume role {role}. Please ensure that the role exists and allows principal "
                "'sagemaker.amazonaws.com' to assume the role."
            )

    def _create_model(self, asked: Mapping[str, Any]) -> Answer:
        return {"ModelArn": self._tagged_creation(asked, lambda: self._models.create(asked, self.clock.now()).arn)}

    def _delete_model(self, asked: Mapping[str, Any]) -> Answer:
        self._tags.forget(self._models.delete(asked["ModelName"]).arn)
        return {}

    def _create_endpoint_config(self, asked: Mapping[str, Any]) -> Answer:
        arn = self._tagged_creation(asked, lambda: self._configs.create(asked, self.clock.now()).arn)
        return {"EndpointConfigArn": arn}

    def _delete_endpoint_config(self, asked: Mapping[str, Any]) -> Answer:
        self._tags.forget(self._configs.delete(asked["EndpointConfigName"]).arn)
        return {}

    def _create_endpoint(self, asked: Mapping[str, Any]) -> Answer:
        arn = self._tagged_creation(asked, lambda: self._endpoints.create(asked, self.behaviour).arn)
        return {"EndpointArn": arn}

    def _update_endpoint(self, asked: Mapping[str, Any]) -> Answer:
        endpoint = self._endpoints.get(asked["EndpointName"])
        test = self._experiments.deployed_on(endpoint.name)
        if test is not None and not self.behaviour.endpoint_updated_during_test:
            raise validation(f"Cannot update endpoint {endpoint.name} while {test.arn} is {test.status}.")
        return {"EndpointArn": self._endpoints.update(asked, self.behaviour).arn}

    def _delete_endpoint(self, asked: Mapping[str, Any]) -> Answer:
        self._endpoints.delete(asked["EndpointName"], self.behaviour)
        return {}

    def _create_experiment(self, asked: Mapping[str, Any]) -> Answer:
        return _experiment_arn(self._tagged_creation(asked, lambda: self._experiments.create(asked).arn))

    def _delete_experiment(self, asked: Mapping[str, Any]) -> Answer:
        deleted = self._experiments.delete(asked["Name"])
        self._tags.forget(deleted.arn)
        return _experiment_arn(deleted.arn)

    def _tagged_creation(self, asked: Mapping[str, Any], create: Callable[[], str]) -> str:
        tags = asked.get("Tags", [])
        check_tags(tags)
        arn = create()
        # An endpoint of the same name may have been deleted without a call, so that its tags are left.
        self._tags.forget(arn)
        self._tags.add(arn, tags, self.clock.now() + self.behaviour.tags_visible_after)
        return arn

    def _add_tags(self, asked: Mapping[str, Any]) -> Answer:
        arn = self._tagged(asked["ResourceArn"])
        self._tags.add(arn, asked["Tags"], self.clock.now() + self.behaviour.tags_visible_after)
        return {"Tags": asked["Tags"]}

    def _list_tags(self, asked: Mapping[str, Any]) -> Answer:
        arn = self._tagged(asked["ResourceArn"])
        size = min(asked.get("MaxResults", self.behaviour.tags_per_page), self.behaviour.tags_per_page)
        return self._tags.page(arn, self.clock.now(), asked.get("NextToken"), size)

    def _delete_tags(self, asked: Mapping[str, Any]) -> Answer:
        arn = self._tagged(asked["ResourceArn"])
        self._tags.remove(arn, asked["TagKeys"], self.clock.now() + self.behaviour.tags_visible_after)
        return {}

    def _tagged(self, arn: str) -> str:
        """The ARN, in the form used here, of an existing resource."""
        kind, name = split(arn)
        found: dict[str, Callable[[str], Any]] = {
            "inference-experiment": self._experiments.get,
            "endpoint": self._endpoints.get,
            "endpoint-config": self._configs.get,
            "model": self._models.get,
        }
        if kind not in found:
            raise validation(f"{arn} is not the ARN of anything that can be tagged here.")
        return str(found[kind](name).arn)

    def tags_by_arn(self) -> dict[str, dict[str, str]]:
        """The visible tags of all resources, to evaluate conditions on them."""
        with self._lock:
            return self._tags.all_visible(self.clock.now())

    def served(self) -> Iterator[Served]:
        """The current variants of all endpoints, with their shares of the requests."""
        for endpoint in self._endpoints.all():
            if endpoint.status not in ("Creating", "Deleting"):
                yield from shares(endpoint.name, endpoint.config)

    def endpoints(self) -> list[Answer]:
        """Every endpoint as Describe returns it, without recording a call."""
        with self._lock:
            self.settle()
            return [endpoint.describe() for endpoint in self._endpoints.all()]

    def experiments(self, chosen: Callable[[str, str], bool] = lambda _name, _arn: True) -> list[Answer]:
        """Every experiment as Describe returns it, without recording a call; or those chosen by name and ARN."""
        with self._lock:
            self.settle()
            arns = self._experiments.arns()
            return [self._experiments.describe(name) for name, arn in arns.items() if chosen(name, arn)]

    def experiment(self, name: str) -> Answer | None:
        """One experiment as Describe returns it, without recording a call; ``None`` if there is none."""
        return next(iter(self.experiments(lambda each, _: key(each) == key(name))), None)

    def is_stopping(self, name: str) -> bool:
        """Whether an experiment is stopping, even if Describe does not show it yet."""
        with self._lock:
            self.settle()
            return self._experiments.get(name).status == "Stopping"


def _experiment_arn(arn: str) -> Answer:
    return {"InferenceExperimentArn": arn}
