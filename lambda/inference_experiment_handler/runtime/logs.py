"""The log: a line for each decision, and no line with a ``ResponseURL``."""

import logging
import os

from inference_experiment_handler.model.steps import Call, Step
from inference_experiment_handler.plan.situation import Situation

logger = logging.getLogger(__name__)

_TALKATIVE = ("crhelper", "boto3", "botocore", "urllib3")


def level() -> str:
    """The level that is set; INFO if ``logging`` does not know it.

    With an unknown level, crhelper would fail every request.
    """
    asked = os.environ.get("LOG_LEVEL", "INFO").upper()
    return asked if asked in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL") else "INFO"


def quieten() -> None:
    """At lower levels, these loggers write the event, the ``ResponseURL`` or request bodies."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


class DecisionLog:
    """A line for each decision. A wait of an hour is one line, not hundreds."""

    def __init__(self) -> None:
        self._last_line: dict[str, str | None] = {}

    def write(self, name: str, situation: Situation | None, step: Step) -> None:
        """``name``: the experiment's name, if none was observed."""
        experiment = situation.observed if situation else None
        line = {
            "experiment": experiment.name if experiment else name,
            "status": experiment.status if experiment else None,
            "step": step.operation if isinstance(step, Call) else type(step).__name__,
            "why": step.why,
        }
        if line != self._last_line:
            logger.info(line)
        self._last_line = line
