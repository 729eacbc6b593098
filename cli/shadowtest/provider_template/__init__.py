"""The function behind Custom::SageMakerInferenceExperiment, for those who do not deploy it with the CDK."""
