"""Admission: how many runs go on at once, how many may wait for one of them to end, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from agent.errors import ClientDeadlineError, OverloadedError
from agent.metrics import Metrics

AGAIN_SECONDS = 1.0
"""When a client may ask again if no run waits."""


@dataclass(frozen=True)
class AdmissionLimits:
    """The most runs at once, the most that wait, and the longest wait."""

    running: int
    queued: int
    wait_seconds: float


class Admission:
    """Admits runs in the order in which they came. Whoever is refused knows at once, or when the wait is over."""

    def __init__(self, limits: AdmissionLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._free = asyncio.Semaphore(limits.running)
        self._queued = 0

    @asynccontextmanager
    async def slot(self, within_seconds: float, *, is_the_clients: bool = False) -> AsyncIterator[None]:
        """Hold one of the slots during the body.

        Raises:
            OverloadedError: no slot came free in time.
            ClientDeadlineError: the same, when the time `is_the_clients` and shorter than the service's.
        """
        if self._free.locked():
            await self._wait(within_seconds, is_the_clients)
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()

    async def _wait(self, within_seconds: float, is_the_clients: bool) -> None:
        if self._queued >= self._limits.queued:
            raise self._refused("queue_full")
        self._queue(+1)
        try:
            async with asyncio.timeout(min(within_seconds, self._limits.wait_seconds)):
                with self._metrics.queue_seconds.time():
                    await self._free.acquire()
        except TimeoutError:
            if is_the_clients and within_seconds < self._limits.wait_seconds:
                raise ClientDeadlineError(within_seconds) from None
            raise self._refused("waited") from None
        finally:
            self._queue(-1)

    def _queue(self, change: int) -> None:
        self._queued += change
        self._metrics.queue_depth.set(self._queued)

    def _refused(self, reason: str) -> OverloadedError:
        self._metrics.refused_runs.labels(reason).inc()
        return OverloadedError(self._limits.wait_seconds or AGAIN_SECONDS)
