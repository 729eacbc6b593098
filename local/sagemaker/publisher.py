"""The metrics of one SageMaker, by its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from local.sagemaker.service import SageMaker
from local.sagemaker.traffic import Datum, Traffic, published, steps


class Publisher:
    """Collects published metrics until they are read. A change of ``traffic`` applies from then on."""

    def __init__(self, sagemaker: SageMaker) -> None:
        self.traffic = Traffic()
        self._sagemaker = sagemaker
        self._since = sagemaker.clock.now().replace(second=0, microsecond=0)
        self._waiting: list[Datum] = []
        sagemaker.passing = self._pass_until

    def due(self) -> Iterator[Datum]:
        self._sagemaker.settle()
        waiting, self._waiting = self._waiting, []
        yield from waiting

    def _pass_until(self, until: datetime) -> None:
        """Until then, nothing has changed in what the endpoints serve."""
        for instant, seconds in steps(self._since, until):
            for variant in self._sagemaker.served():
                self._waiting += published(self.traffic, variant, instant, seconds)
            self._since = instant + timedelta(seconds=seconds)
