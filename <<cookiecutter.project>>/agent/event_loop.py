"""The event loop, with a meter: how long it was at work. One process answers nothing sooner than its loop is free."""

import asyncio
import selectors
from collections.abc import Iterator
from time import perf_counter

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class Meter(selectors.DefaultSelector):
    """A selector that counts the seconds in which the loop waited for something to do."""

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
        """Since the loop was made; on a busy machine the time in which it waited for a core is among it."""
        return perf_counter() - self._began - self._idle_seconds


class MeteredLoop(asyncio.SelectorEventLoop):
    """For uvicorn: `loop="agent.event_loop:MeteredLoop"`."""

    def __init__(self) -> None:
        self.meter = Meter()
        super().__init__(self.meter)


class BusySeconds(Collector):
    """Exports `agent_event_loop_busy_seconds_total`; its rate is 1 at a core's limit."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        name, what = "agent_event_loop_busy_seconds", "Seconds in which the event loop was at work"
        yield CounterMetricFamily(name, what, value=self._meter.busy_seconds)
