"""The function behind Custom::SageMakerInferenceExperiment, for deployments without the CDK."""
