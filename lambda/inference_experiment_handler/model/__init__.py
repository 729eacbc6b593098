"""The values that the other packages pass to each other."""
