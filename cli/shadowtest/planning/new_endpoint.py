"""An endpoint that the same deployment creates, under a name that only the deployment makes known."""

from dataclasses import replace

from inference_experiment_handler.model.observed import ObservedEndpoint, ServedVariant
from inference_experiment_handler.spec.declaration import Declaration
from shadowtest.planning.change import Change
from shadowtest.planning.placeholders import PLACEHOLDER, placeholder
from shadowtest.planning.verdict import Verdict
from shadowtest.values.unknown import KnownAtDeployment

_PROPERTY = "EndpointName"
_SHOWN = "(created by this deployment)"


def is_on_new_endpoint(change: Change) -> bool:
    """Whether a new test is on an endpoint that does not exist yet."""
    name = (change.declared or {}).get(_PROPERTY)
    return change.deployed is None and isinstance(name, KnownAtDeployment) and name.is_created


def new_endpoint(declared: Declaration) -> ObservedEndpoint:
    """In service, as the test needs it. CloudFormation creates it first, and only then is the test created."""
    production = declared.production
    served = ServedVariant(
        production.variant_name or PLACEHOLDER,
        production.instance_count or 1,
        production.model_name or PLACEHOLDER,
        production.instance_type or PLACEHOLDER,
        production.instance_count or 1,
    )
    return ObservedEndpoint(
        name=placeholder((_PROPERTY,)) or "", status="InService", config_name=PLACEHOLDER, production=(served,)
    )


def without_guesses(verdict: Verdict, declared: Declaration) -> Verdict:
    """The verdict without what was made up of the endpoint."""
    known = tuple(bill for bill in verdict.bills if bill.instance_type != PLACEHOLDER)
    if declared.shadow.instance_count is None and declared.production.instance_count is None:
        known = ()
    return replace(verdict, endpoint=_SHOWN, bills=known)
