"""The same check within cfn-lint, which has no schema for the properties of a custom resource."""
