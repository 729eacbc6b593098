"""The live state of tests of a region or of stacks, once or throughout a deployment."""
