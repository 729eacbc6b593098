"""What is wrong with the experiments of a template, by the handler's own parser."""
