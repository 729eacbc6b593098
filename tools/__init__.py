"""Tools that write files of this repository."""
