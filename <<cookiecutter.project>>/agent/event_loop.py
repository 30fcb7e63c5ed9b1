"""An event loop that measures how long it is busy. A process can only answer when its loop is free."""

import asyncio
import selectors
from collections.abc import Iterator
from time import perf_counter

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class Meter(selectors.DefaultSelector):
    """A selector that counts the seconds in which the loop was idle."""

    def __init__(self) -> None:
        super().__init__()
        self._began, self._idle_seconds = perf_counter(), 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        began = perf_counter()
        try:
            return super().select(timeout)
        finally:
            self._idle_seconds += perf_counter() - began

    @property
    def busy_seconds(self) -> float:
        """Seconds of work since the loop was created; on a busy machine they include waiting for a core."""
        return perf_counter() - self._began - self._idle_seconds


class MeteredLoop(asyncio.SelectorEventLoop):
    """For uvicorn: `loop="agent.event_loop:MeteredLoop"`."""

    def __init__(self) -> None:
        self.meter = Meter()
        super().__init__(self.meter)


class BusySeconds(Collector):
    """Exports `agent_event_loop_busy_seconds_total`; its rate is 1 when one core is fully used."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        name, what = "agent_event_loop_busy_seconds", "Seconds in which the event loop was busy"
        yield CounterMetricFamily(name, what, value=self._meter.busy_seconds)
