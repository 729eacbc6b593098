"""CloudFormation templates with the place of everything that they say."""
