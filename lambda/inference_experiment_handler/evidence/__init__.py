"""The metrics of a test: what to ask of CloudWatch, and what its answers mean. Pure."""
