"""The experiment's name, which is also the resource's physical id.

A generated name only depends on StackId, LogicalResourceId and ``Run``. Each request of the resource generates the same
name, also a retry, and a Delete with a physical id that CloudFormation generated.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import DEFAULT_SHADOW_NAME, FIRST_RUN


def generated(stack_id: str, logical_id: str, run: str) -> str:
    """In lower case, because SageMaker lower-cases names in ARNs. A readable part, then 12 unique characters."""
    # arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID
    stack_name = stack_id.split("/")[1] if stack_id.count("/") >= 2 else ""
    digest = sha256("\n".join((stack_id, logical_id, run)).encode()).hexdigest()[:12]
    parts = (_readable(stack_name, 40), _readable(logical_id, 48), _readable(run, 16), digest)
    return "-".join(filter(None, parts))


def of(properties: Mapping[str, Any], stack_id: str, logical_id: str) -> str:
    """The name that these properties declare, even if they have other faults."""
    name, run = properties.get("Name"), properties.get("Run")
    if isinstance(name, str) and possible(name):
        return name
    return generated(stack_id, logical_id, run if isinstance(run, str) and limits.RUN.admits(run) else FIRST_RUN)


def same(one: str | None, other: str | None) -> bool:
    """Whether two names are the same to SageMaker. Names taken from an ARN are in lower case."""
    return (one or "").casefold() == (other or "").casefold()


def default_shadow(production_name: str) -> str:
    """The shadow variant's name if it is left open. It always differs from the production variant's name."""
    return f"{DEFAULT_SHADOW_NAME}-2" if same(production_name, DEFAULT_SHADOW_NAME) else DEFAULT_SHADOW_NAME


def possible(name: str) -> bool:
    """Whether SageMaker can have an experiment with that name."""
    return limits.EXPERIMENT_NAME.admits(name)


def _readable(text: str, longest: int) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:longest].strip("-")
