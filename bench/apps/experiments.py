"""Experiments, all served by one function."""

from aws_cdk import App, Stack, aws_iam

from bench.apps import INSTANCE, ROLE
from sagemaker_inference_experiment import InferenceExperiment, InferenceExperimentProvider, ModelVariant


def made(app: App, stacks: int, each: int, *, roles: int = 1, adopt: bool = False) -> App:
    """An app of ``stacks`` stacks with ``each`` experiments each, all served by one function.

    The imported roles are distributed evenly to the experiments of a stack. With 0 ``roles``, the construct creates one
    role.
    """
    first = Stack(app, "Stack0")
    provider = InferenceExperimentProvider.get_or_create(first)
    for number in range(stacks):
        stack = first if number == 0 else Stack(app, f"Stack{number}")
        passed = [aws_iam.Role.from_role_arn(stack, f"Role{role}", f"{ROLE}-{role:03}") for role in range(roles)]
        for index in range(each):
            InferenceExperiment(
                stack,
                f"Test{index}",
                endpoint=f"shop-{number}-{index}",
                role=passed[index % roles] if passed else None,
                production_variant=ModelVariant(
                    model="ranking-2024", variant_name="AllTraffic", instance_type=INSTANCE
                ),
                shadow_variant=ModelVariant(model="ranking-2025", variant_name="Shadow-01", instance_type=INSTANCE),
                sampling_percentage=10,
                experiment_name=f"Ranking-2025-on-shop-{number}-{index}" if adopt else None,
                adopt_existing=adopt or None,
                provider=provider,
            )
    return app
