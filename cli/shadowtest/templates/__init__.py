"""CloudFormation templates, with the line and column of each key and value."""
