"""The clients of one account and region."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import boto3
from botocore.config import Config

_Of = TypeVar("_Of")
_Read = TypeVar("_Read")

_AT_ONCE = 8
"""Calls. SageMaker and CloudFormation throttle an account at some 10 reads a second, and botocore slows down then."""


class Aws:
    """``region`` and ``profile``: ``None`` for what the environment or the user's AWS configuration says."""

    def __init__(self, region: str | None = None, profile: str | None = None) -> None:
        self._region, self._profile = region, profile
        self._clients: dict[str, Any] = {}
        self._making = Lock()

    @cached_property
    def _session(self) -> boto3.Session:
        # The AWS CLI and the other SDKs know both variables, boto3 only the second one.
        region = self._region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return boto3.Session(region_name=region, profile_name=self._profile)

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    @property
    def region(self) -> str:
        return str(self.client("sts").meta.region_name)

    @cached_property
    def account(self) -> str:
        """The number of the account. Calls sts:GetCallerIdentity, which needs no permission."""
        return str(self._identity["Account"])

    @cached_property
    def partition(self) -> str:
        return str(self._identity["Arn"]).split(":")[1]

    @cached_property
    def _identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = self.client("sts").get_caller_identity()
        return identity

    def in_region(self, region: str) -> "Aws":
        """The same account in another region."""
        return self if region == self.region else Aws(region, self._profile)

    def client(self, service: str) -> Any:
        """A boto3 client, which threads may share."""
        # Making one is not safe among threads.
        with self._making:
            if service not in self._clients:
                config = Config(
                    connect_timeout=5,
                    retries={"mode": "adaptive", "total_max_attempts": 10},
                    max_pool_connections=_AT_ONCE,
                    user_agent_extra="shadowtest",
                )
                self._clients[service] = self._session.client(service, config=config)
            return self._clients[service]

    def each(self, read: Callable[[_Of], _Read], of: Iterable[_Of]) -> list[_Read]:
        """What ``read`` returns for each, in order. The calls are made at once, but no more than an account allows."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(read, of))
