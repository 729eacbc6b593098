"""Markdown for the comment of a pull request, for each command that reads live tests."""
