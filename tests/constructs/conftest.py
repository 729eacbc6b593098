"""What the tests of the construct share."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, aws_iam, aws_lambda
from aws_cdk.assertions import Template
from constructs import Construct

from sagemaker_inference_experiment import InferenceExperiment, _provider
from sagemaker_inference_experiment._asset import collect
from tests.support.experiments import experiment_in, rendered_in


class Declared:
    """A stack in which a test declares experiments."""

    def __init__(self, *, env: Environment | None = None, **context: Any) -> None:
        self.app = App(context=context)
        self.stack = Stack(self.app, "Demo", env=env)
        self.role = aws_iam.Role(
            self.stack, "SageMakerRole", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")
        )

    def experiment(self, id: str = "ShadowTest", **changes: Any) -> InferenceExperiment:
        return self.experiment_in(self.stack, id, **changes)

    def experiment_in(self, scope: Construct, id: str, **changes: Any) -> InferenceExperiment:
        return experiment_in(scope, id, **({"role": self.role} | changes))

    @property
    def template(self) -> Template:
        return Template.from_stack(self.stack)

    def properties(self) -> dict[str, Any]:
        """The custom resource's properties, as rendered."""
        return dict(rendered_in(self.template)["Properties"])

    def rendered(self, **changes: Any) -> dict[str, Any]:
        self.experiment(**changes)
        return self.properties()


@pytest.fixture(scope="session", autouse=True)
def one_folder_of_code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All functions have the same code, so it is collected once. The tests of the asset collect it themselves."""
    folder = tmp_path_factory.mktemp("code")
    collect(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_provider, "handler_code", lambda _: nullcontext(aws_lambda.Code.from_asset(str(folder))))
        yield


@pytest.fixture
def declared() -> Declared:
    return Declared()


@pytest.fixture
def declared_in_dublin() -> Declared:
    return Declared(env=Environment(account="111122223333", region="eu-west-1"))
