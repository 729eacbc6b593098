"""What writes files of this repository: ``make docs``."""
