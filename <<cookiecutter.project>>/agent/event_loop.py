"""The event loop, with a meter: how long it was at work. One process answers nothing sooner than its loop is free."""

import asyncio
import selectors
from time import perf_counter


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
