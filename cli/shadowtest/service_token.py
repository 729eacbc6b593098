"""``ServiceToken``, which only CloudFormation reads. The handler does not notice if it is missing."""

from inference_experiment_handler.spec.reader import Fault

SERVICE_TOKEN = "ServiceToken"  # noqa: S105  # a property's name
MISSING = Fault(SERVICE_TOKEN, "is missing, must be the ARN of the function that serves the resource")
