"""The clients of one account and region."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from shadowtest.aws.clock import Clock
from shadowtest.aws.connecting import CONNECT_SECONDS, READ_SECONDS, give_up_early
from shadowtest.aws.reads import ReadOnce
from shadowtest.errors import CommandError

_Of = TypeVar("_Of")
_Read = TypeVar("_Read")

_AT_ONCE = 8
"""The number of parallel calls. SageMaker and CloudFormation throttle an account at about 10 reads per second, and
botocore then slows down.
"""


class Aws:
    """``region`` and ``profile``: ``None`` for the values of the environment or of the user's AWS configuration."""

    def __init__(self, region: str | None = None, profile: str | None = None) -> None:
        self._region = region
        self._shared = _Shared(profile)
        self._clients: dict[str, Any] = {}

    def now(self) -> datetime:
        """The time of AWS, as of the newest response. The machine's time before the first one."""
        return self._shared.clock.now()

    @property
    def region(self) -> str:
        return str(self.client("sts").meta.region_name)

    @property
    def account(self) -> str:
        """The account ID. Calls sts:GetCallerIdentity, which needs no permission."""
        return str(self._identity["Account"])

    @property
    def partition(self) -> str:
        return str(self._identity["Arn"]).split(":")[1]

    @property
    def _identity(self) -> dict[str, Any]:
        identity: dict[str, Any] = self._sts.get_caller_identity()
        return identity

    @cached_property
    def _sts(self) -> ReadOnce:
        return ReadOnce(self.client("sts"))

    def in_region(self, region: str) -> "Aws":
        """The same account in another region. Always returns the same object, so that each client is created once."""
        with self._shared.lock:
            regions = self._shared.regions
            regions.setdefault(self.region, self)
            if region not in regions:
                regions[region] = Aws(region)
                regions[region]._shared, regions[region]._sts = self._shared, self._sts
            return regions[region]

    def client(self, service: str) -> Any:
        """A boto3 client, which threads may share."""
        with self._shared.lock:
            if service not in self._clients:
                # The AWS CLI and the other SDKs read both variables, but boto3 reads only the second one.
                region = self._region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
                config = Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    retries={"mode": "adaptive", "total_max_attempts": 10},
                    max_pool_connections=_AT_ONCE,
                    user_agent_extra="shadowtest",
                )
                try:
                    client = self._shared.session.client(service, region_name=region, config=config)
                except ValueError as error:
                    # For example, an endpoint in the AWS configuration that is not a URL.
                    raise CommandError(f"the AWS configuration can't be used: {error}") from error
                client.meta.events.register_first("needs-retry", give_up_early)
                self._shared.clock.listen(client)
                self._clients[service] = client
            return self._clients[service]

    def each(self, read: Callable[[_Of], _Read], of: Iterable[_Of]) -> list[_Read]:
        """What ``read`` returns for each, in order. The calls are parallel, as far as an account allows."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(read, of))


class _Shared:
    """What all regions of an account share: the session, which has the user's configuration and credentials, and the
    time.
    """

    def __init__(self, profile: str | None) -> None:
        self._profile = profile
        self.regions: dict[str, Aws] = {}
        self.clock = Clock()
        self.lock = RLock()
        """Creating a session or a client is not thread-safe."""

    @cached_property
    def session(self) -> boto3.Session:
        return boto3.Session(profile_name=self._profile)
