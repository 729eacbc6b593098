"""What writes files of this repository: ``make docs``, and the list of instance types."""
