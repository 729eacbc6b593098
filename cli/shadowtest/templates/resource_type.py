"""The types of resources that this command line knows by name."""

RESOURCE_TYPE = "Custom::SageMakerInferenceExperiment"
NESTED_STACK = "AWS::CloudFormation::Stack"
