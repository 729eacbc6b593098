"""What ``test_decide_table`` imports by this name."""

from simulation.cloudformation import as_sent
from simulation.declarations import CHALLENGER, CHAMPION, ENDPOINT, INSTANCE_TYPE, PRODUCTION, PROMOTE, SHADOW, declared

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "ENDPOINT",
    "INSTANCE_TYPE",
    "PRODUCTION",
    "PROMOTE",
    "SHADOW",
    "as_sent",
    "declared",
]
