"""Whether a test has ended with the promotion that is declared for it."""

from inference_experiment_handler.client import SageMaker
from inference_experiment_handler.model.journal import Journal
from inference_experiment_handler.plan.target import Target
from inference_experiment_handler.spec.parser import InvalidPropertiesError
from shadowtest.deployed_resources import Resource
from shadowtest.drifting.unknowns import as_live
from shadowtest.gating.declared import PROMOTE_IF
from shadowtest.live_tests import LiveTest
from shadowtest.planning.change import Change
from shadowtest.planning.requests import update_request


def is_promoted_as_declared(resource: Resource, test: LiveTest, sagemaker: SageMaker) -> bool:
    """False if the function rejects the deployed properties. Raises a ``ServiceError`` if a read fails."""
    if not test.experiment.ended:
        return False
    ungated = {name: value for name, value in resource.properties.items() if name != PROMOTE_IF}
    properties, _ = as_live(ungated, resource.physical_id, sagemaker)
    if properties is None:
        return False
    change = Change(resource.stack_id, resource.logical_id, properties, properties, resource.physical_id)
    try:
        request = update_request(change, test.seen)
    except InvalidPropertiesError:
        return False
    target = Target(request, Journal(), test.seen, test.experiment)
    conclusion = request.declared.conclusion if request.declared is not None else None
    if conclusion is None or not conclusion.promotes or test.experiment.status != conclusion.desired_state:
        return False
    return target.owned and not target.conclusion_pending
