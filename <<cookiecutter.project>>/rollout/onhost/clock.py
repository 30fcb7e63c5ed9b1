"""The machine's clock, and signals that interrupt its sleep."""

import signal
import threading
import time
from types import FrameType

from rollout.journal.orders import Order, UnknownOrder
from rollout.journal.state import State


class MachineClock:
    """Turns SIGTERM and SIGINT into orders, so that they interrupt a sleep but never a running operation."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self.signalled: str | None = None

    def listen(self) -> None:
        """Handle SIGTERM and SIGINT in this process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.signalled = signal.Signals(number).name
        self._told.set()

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if self._told.wait(seconds):
            self._told.clear()


class IncomingOrders:
    """Orders from people, as files, and from the system, as signals."""

    def __init__(self, state: State, rollout: str, clock: MachineClock) -> None:
        self._state, self._rollout, self._clock = state, rollout, clock

    def pending(self) -> Order | UnknownOrder | None:
        if self._clock.signalled:
            return Order("end", by=self._clock.signalled, reason="the engine was told to end")
        return self._state.order(self._rollout)

    def done(self) -> None:
        self._state.obeyed(self._rollout)
