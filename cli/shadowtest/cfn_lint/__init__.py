"""The check of ``lint`` as a cfn-lint rule. cfn-lint has no schema for the properties of a custom resource."""
