"""boto3 sessions that ignore the user's own profiles, files and tokens."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3.session
import botocore.session
from botocore.loaders import Loader, create_loader

_UNTOLD = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def isolated_session(access_key: str, secret: str, *, region: str) -> boto3.session.Session:
    session = botocore.session.Session(session_vars=_UNTOLD)
    session.register_component("data_loader", _loader())
    keys: dict[str, Any] = {"aws_access_key_id": access_key, "aws_secret_access_key": secret}
    return boto3.session.Session(**keys, region_name=region, botocore_session=session)


@cache
def _loader() -> Loader:
    """The service models are large, so all sessions share this cache."""
    return create_loader()


class LocalSession:
    """A boto3 session whose clients use the local AWS and trust its certificate, regardless of the environment."""

    def __init__(self, session: boto3.session.Session, url: str, authority: str) -> None:
        self._session = session
        self._target = {"endpoint_url": url, "verify": authority}

    def client(self, service: str, **options: Any) -> Any:
        return self._session.client(service, **self._target, **options)
