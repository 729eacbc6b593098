"""Markdown for the comment of a pull request, as each command that reads live tests writes it."""
