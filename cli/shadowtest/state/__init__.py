"""What is live: the tests of a region or of stacks, now or followed through a deployment."""
