"""The experiment's name, which is also the resource's physical id.

A generated name comes from StackId, LogicalResourceId and ``Run`` alone, so that any request of the resource computes
the same one: a retry too, and a Delete with an id that CloudFormation invented.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from inference_experiment_handler.spec import limits
from inference_experiment_handler.spec.declaration import DEFAULT_SHADOW_NAME, FIRST_RUN


def generated(stack_id: str, logical_id: str, run: str) -> str:
    """Lower-case, because SageMaker lower-cases names in ARNs; readable first, unique by its last 12 characters."""
    # arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID
    stack_name = stack_id.split("/")[1] if stack_id.count("/") >= 2 else ""
    digest = sha256("\n".join((stack_id, logical_id, run)).encode()).hexdigest()[:12]
    parts = (_readable(stack_name, 40), _readable(logical_id, 48), _readable(run, 16), digest)
    return "-".join(filter(None, parts))


def of(properties: Mapping[str, Any], stack_id: str, logical_id: str) -> str:
    """The name that these properties ask for, however faulty they may be otherwise."""
    name, run = properties.get("Name"), properties.get("Run")
    if isinstance(name, str) and possible(name):
        return name
    return generated(stack_id, logical_id, run if isinstance(run, str) and limits.RUN.admits(run) else FIRST_RUN)


def same(one: str | None, other: str | None) -> bool:
    """Whether two names are the same to SageMaker. Names taken from an ARN are in lower case."""
    return (one or "").casefold() == (other or "").casefold()


def default_shadow(production_name: str) -> str:
    """The shadow variant's name where it is left open: never production's, whatever was promoted before."""
    return f"{DEFAULT_SHADOW_NAME}-2" if same(production_name, DEFAULT_SHADOW_NAME) else DEFAULT_SHADOW_NAME


def possible(name: str) -> bool:
    """Whether SageMaker could have an experiment of that name at all."""
    return limits.EXPERIMENT_NAME.admits(name)


def _readable(text: str, longest: int) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:longest].strip("-")
