"""Simulates the faults of each run, in the same order for every process."""

import asyncio
import os
import time
from collections.abc import Callable
from random import Random

from pydantic_ai import ModelHTTPError, ModelRateLimitError

from agent.models.offline.faults import Faults

CRASH_EXIT_CODE = 70


class Misbehaviour:
    """The faults at the start of each run."""

    def __init__(self, faults: Faults, seed: str, model_name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._faults = faults
        self._random = Random(seed)  # noqa: S311  a fault must be repeatable, not unguessable
        self._filter = Random(f"{seed} filter")  # noqa: S311  its own, so that it changes no other fault's runs
        self._model_name = model_name
        self._runs = 0
        self._clock, self._began = clock, clock()

    def faults(self) -> Faults:
        """The faults that have begun."""
        return self._faults.at(self._clock() - self._began)

    async def start_run(self) -> bool:
        """Wait, raise, hang or die, according to the faults; whether the content filter ends the run.

        Raises:
            ModelHTTPError: the fault `errors` or `rate_limit`.
            Exception: of the type that the fault `exception` names.
        """
        faults = self.faults()
        self._runs += 1
        # Draw all for every run and before any wait, so that one fault does not change another's runs.
        errs, raises, hangs, refused = (self._random.random() for _ in range(4))
        filtered = self._filter.random()
        if self._runs == faults.crash_at_run:
            os._exit(CRASH_EXIT_CODE)
        if faults.latency_seconds:
            await asyncio.sleep(faults.latency_seconds)
        if hangs < faults.hang_ratio:
            await asyncio.Event().wait()
        if errs < faults.error_ratio:
            raise ModelHTTPError(503, self._model_name, "the fault errors")
        if refused < faults.rate_limit_ratio:
            raise ModelHTTPError.for_category(
                ModelRateLimitError, status_code=429, model_name=self._model_name, body="the fault rate_limit"
            )
        if faults.exception is not None and raises < faults.exception.ratio:
            raise faults.exception.type("the fault exception")
        return filtered < faults.filter_ratio
