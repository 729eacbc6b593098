"""Finds the faults in the experiments of a template, with the handler's own parser."""
