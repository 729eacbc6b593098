"""The rules for declarations. It only uses the standard library, because the CDK construct also checks with it."""
