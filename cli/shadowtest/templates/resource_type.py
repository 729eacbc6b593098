"""The type of the resources that this command line is about."""

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
