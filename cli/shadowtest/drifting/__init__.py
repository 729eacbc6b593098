"""Compares live tests with their declarations, as the handler does, and finds what others have changed."""
