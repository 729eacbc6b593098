"""The resource types that the command line uses by name."""

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
NESTED_STACK = "AWS::CloudFormation::Stack"
