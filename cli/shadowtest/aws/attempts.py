"""Reads many things. If one read fails, the others continue."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from inference_experiment_handler.client import ServiceError
from shadowtest.aws.errors import concerns_all, concerns_region, words_of
from shadowtest.aws.session import Aws
from shadowtest.errors import CommandError

_Of = TypeVar("_Of")
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Failure:
    """``of``: what could not be read, such as ``stack Shop``."""

    of: str
    why: str


def attempt_each(
    aws: Aws,
    read: Callable[[_Of], _Read],
    of: Iterable[_Of],
    *,
    named: Callable[[_Of], str],
    region: Callable[[_Of], str | None] = lambda _: None,
) -> list[_Read | Failure]:
    """What ``read`` returns for each, or why it could not be read, in order.

    If a region can't be reached, nothing more is read in it, because each attempt would take long. An error that
    concerns all reads, such as missing credentials, is raised.
    """
    closed: dict[str | None, str] = {}

    def attempt(each: _Of) -> _Read | Failure:
        where = region(each)
        if where in closed:
            return Failure(named(each), closed[where])
        try:
            return read(each)
        except CommandError as error:
            return Failure(named(each), error.message)
        except (BotoCoreError, ClientError, ServiceError) as error:
            if concerns_all(error):
                raise
            if concerns_region(error):
                closed[where] = words_of(error)
            return Failure(named(each), words_of(error))

    return aws.each(attempt, of)


def failures_in_words(failures: Iterable[Failure], asked: int) -> list[str]:
    """One line for each reason. A reason that all of them share names none of them.

    ``asked``: how many reads were attempted.
    """
    names: dict[str, list[str]] = {}
    for failure in failures:
        names.setdefault(failure.why, []).append(failure.of)
    return [why if len(of) == asked else f"{_listed(of)} can't be read: {why}" for why, of in names.items()]


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
