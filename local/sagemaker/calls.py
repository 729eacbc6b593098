"""The record of the calls to SageMaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class Call:
    """One call. ``code`` is the error code of the response; empty if the call succeeded."""

    operation: str
    parameters: Mapping[str, Any]
    principal: str
    at: datetime
    code: str = ""
