"""The input of a deployment: a cloud assembly, a template, a deployment file of Git sync, or a change set."""
