"""Hourly prices of instances that host models, from the AWS Price List or from a file."""
